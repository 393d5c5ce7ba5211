"""What became of an attempt to tell, in words (N4, N5)."""

from collections.abc import Mapping

from schemas.delivery import Delivery

DELIVERY: Mapping[Delivery, str] = {
    Delivery.SENT: "sent, not yet received",
    Delivery.STORED: "kept by the network until it is there",
    Delivery.RECEIVED: "received, not yet read",
    Delivery.FAILED: "failed, may have gone out",
    Delivery.REFUSED: "refused by the other side",
    Delivery.EXPIRED: "too late, not received",
    Delivery.BUSY: "engaged",
    Delivery.NO_ANSWER: "no answer",
    Delivery.DECLINED: "declined",
    Delivery.CUT_OFF: "cut off before the end",
    Delivery.SILENCE: "said to the end, nobody answered",
    Delivery.UNSENT: "could not be sent",
    Delivery.LINES_BUSY: "no line free, tried again when one is",
}
