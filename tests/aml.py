"""Messages as AML gateways hand them on."""

import json
from urllib.parse import urlencode

NUMBER = "+447700900123"
HERE = {"lt": "+51.325099", "lg": "-0.127800", "rd": "20"}


def sms_text(**change: str | None) -> str:
    """`A"ML=1;…;ml=…`, with its own length at the end; None leaves something out."""
    said = HERE | {"top": "20261123043000", "lc": "95", "pm": "G", "si": "2" * 15, "ei": "3" * 15,
                   "mcc": "234", "mnc": "30"} | change  # fmt: skip
    parts = [f"{key}={value}" for key, value in said.items() if value is not None and key != "ml"]
    text = ";".join(['A"ML=1', *parts, "ml="])
    own = said.get("ml") or next(
        str(n) for n in range(len(text), len(text) + 5) if n == len(text) + len(str(n))
    )
    return text + own


def sms(number: str = NUMBER, form: bool = False, **change: str | None) -> bytes:
    """With the sender's number beside it."""
    said = {"number": number, "text": sms_text(**change)}
    return urlencode(said).encode() if form else json.dumps(said).encode()


def https(**change: object) -> bytes:
    """The fields of the HTTPS form."""
    said = {
        "number": NUMBER, "emergency_number": "999", "time": "1795408200000",
        "location_latitude": "51.325099", "location_longitude": "-0.1278",
        "location_time": "1795408200000", "location_altitude": "12.0", "location_floor": "",
        "location_source": "gps", "location_accuracy": "20", "location_vertical_accuracy": "3",
        "location_confidence": "0.95", "location_bearing": "", "location_speed": "",
    } | change  # fmt: skip
    return urlencode({key: value for key, value in said.items() if value is not None}).encode()
