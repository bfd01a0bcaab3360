from cloud_service.domain.rating.rated_terms import RatedTerms, digest

TERMS = RatedTerms(digest(["V-1", 15]), digest(["flat", 3]), digest([7, "1"]))


def test_the_same_terms_have_not_changed() -> None:
    assert "" == TERMS.changed(RatedTerms(digest(["V-1", 15]), digest(["flat", 3]), digest([7, "1"])))


def test_each_part_that_changed_is_named() -> None:
    assert "its tariff" == TERMS.changed(RatedTerms(TERMS.contract, digest(["flat", 4]), TERMS.meters))
    assert "the contract or its days, its meters" == TERMS.changed(RatedTerms("", TERMS.tariff, digest([7, "40"])))


def test_values_that_run_into_each_other_are_told_apart() -> None:
    assert digest(["a", "bc"]) != digest(["ab", "c"])
