"""People signed out everywhere, or kept out from now on."""

from cloud_service.batches.action import BatchAction, BatchOrder, RowChange
from cloud_service.store.database.session import Session
from cloud_service.store.identity import users
from common.errors import ConflictError

DO = ("sign_out", "keep_out", "let_in")


def keep_out(session: Session, user_id: int, order: BatchOrder) -> RowChange:
    """Nobody keeps themselves out."""
    user, do = users.user_of_id(session, user_id), order.needed("do")
    if user.email.lower() == order.author.lower():
        raise ConflictError("this is you", hint="ask another administrator")
    if do == "sign_out":
        users.note(session, order.author, "user.sign_out_everywhere", user)
        users.sign_out_everywhere(session, user)
        return RowChange("", "signed out")
    let_in = do == "let_in"
    if user.active == let_in:
        raise ConflictError(f"may {'' if let_in else 'not '}sign in already")
    users.set_active(session, user, active=let_in, actor=order.author)
    return RowChange(_word(active=not let_in), _word(active=let_in))


def _word(*, active: bool) -> str:
    return "may sign in" if active else "kept out"


ACTION = BatchAction("user_keep_out", keep_out)
