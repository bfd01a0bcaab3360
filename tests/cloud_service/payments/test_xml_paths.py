from lxml import etree

from cloud_service.payments.xml_paths import children, name_of, text_at

NODE = etree.fromstring("<a xmlns='urn:x'><b><c> one </c></b><b><c>two</c><d/></b></a>")


def test_a_path_finds_children_of_all_branches_whatever_their_namespace() -> None:
    assert [" one ", "two"] == [child.text for child in children(NODE, "b/c")]
    assert ("one", "", "") == (text_at(NODE, "b/c"), text_at(NODE, "b/d"), text_at(NODE, "x"))
    assert ("a", "") == (name_of(NODE), name_of(NODE.getparent()))
