"""Messages and engines for the tests of fixconfig."""

from pathlib import Path

import quickfix as fix

import fixconfig

PARTIES = "453=2|448=A|447=D|452=1|448=B|447=D|452=3|"
VERSIONS = tuple(fixconfig.folders())
ORDER = (
    "35=D|34=2|49=US|52=20250103-14:30:00.000|56=THEM|11=20250103-1|1=ACC|21=1|55=VOD|48=GB00BH4HKS39"
    "|22=4|207=XLON|15=GBP|54=1|60=20250103-14:30:00.000|38=1000|40=2|44=1.25|59=0|528=A"
    "|453=2|448=A|447=D|452=1|448=B|447=D|452=3|"
)
HEADER = "34=2|49=THEM|52=20250103-14:30:00.000|56=US|"
FILL = "37=O1|17=E1|11=C1|150=F|39=1|55=VOD|54=1|38=1000|32=100|31=1.25|151=900|14=100|6=1.25|"
CANCEL_REJECT = "35=9|" + HEADER + "37=O1|11=C2|41=C1|39=0|434=1|102=3|58=no|"

EXOTIC = {
    "OrdStatus 5": FILL.replace("39=1", "39=5"),
    "OrdStatus of two characters": FILL.replace("39=1", "39=ZZ"),
    "ExecType 1": FILL.replace("150=F", "150=1"),
    "ExecRestatementReason 11": FILL + "378=11|",
    "ExecRestatementReason 6": FILL + "378=6|",
    "ExecType F": FILL + "20=0|",
    "TimeInForce 7": FILL + "59=7|",
    "OrderCapacity": FILL + "528=A|",
    "a broker's own tag": FILL + "9999=x|",
    "a tag of a later version": FILL + "1724=1|",
    "a tag that is in no version": FILL + "4999=1|",
    "empty Text": FILL + "58=|",
    "empty Price": FILL + "44=|",
    "a price with a comma": FILL.replace("31=1.25", "31=1,25"),
    "a date for a time": FILL + "60=20250103|",
    "picoseconds": FILL + "60=20250103-14:30:00.123456789012|",
    "an empty group count": FILL + "453=|",
    "a wrong group count": FILL + "453=3|448=A|447=D|452=1|448=B|447=D|452=3|",
    "nested parties": FILL + "453=2|448=A|447=D|452=1|802=1|523=x|803=4|448=B|447=D|452=3|",
    "two counterparties": FILL + "382=2|375=X|337=Y|375=Z|337=W|",
    "two legs": FILL + "555=2|600=X|624=1|687=1|600=Y|624=2|687=2|",
    "two order attributes": FILL + "2593=2|2594=0|2595=Y|2594=2|2595=N|",
    "nearly nothing": "37=O1|17=E1|",
}


def wire(text: str, version: str = "FIX.4.4") -> str:
    """A whole message from readable tags: | for the separator, length and checksum added."""
    body = text.replace("|", "\x01")
    message = f"8={begin_string(version)}\x019={len(body)}\x01{body}"
    return f"{message}10={sum(message.encode('latin-1')) % 256:03}\x01"


def order(version: str) -> str:
    """An order of ours, with parties where the version has them."""
    return ORDER.replace(PARTIES, "") if version == "FIX.4.2" else ORDER


def begin_string(version: str) -> str:
    """BeginString of a version's sessions."""
    return str(fixconfig.dialect(version)["begin_string"])


def dictionary_file(version: str = "FIX.4.4") -> str:
    """The generated dictionary, as a path for quickfix."""
    return str(fixconfig.path(version) / "dictionary.xml")


def transport(version: str) -> list[fix.DataDictionary]:
    """The session's own dictionary, where it has one."""
    file = fixconfig.path(version) / "transport.xml"
    return [fix.DataDictionary(str(file))] if file.exists() else []


def dictionary(version: str = "FIX.4.4") -> fix.DataDictionary:
    """The dictionary with the checks that session.toml leaves on."""
    defaults = fixconfig.session_defaults()
    loaded = fix.DataDictionary(dictionary_file(version))
    loaded.checkUserDefinedFields(defaults["ValidateUserDefinedFields"] == "Y")
    loaded.allowUnknownMsgFields(defaults["AllowUnknownMsgFields"] == "Y")
    loaded.checkFieldsHaveValues(defaults["ValidateFieldsHaveValues"] == "Y")
    loaded.checkFieldsOutOfOrder(defaults["ValidateFieldsOutOfOrder"] == "Y")
    return loaded


def settings(file: Path, own: dict[str, str], version: str = "FIX.4.4") -> fix.SessionSettings:
    """Our defaults and one session, `own` first, read by quickfix from a file."""
    session = {"BeginString": begin_string(version)} | _dictionaries(version)
    values = fixconfig.session_defaults() | session | own
    file.write_text("[DEFAULT]\n[SESSION]\n" + "".join(f"{k}={v}\n" for k, v in values.items()))
    return fix.SessionSettings(str(file))


def _dictionaries(version: str) -> dict[str, str]:
    folder = fixconfig.path(version)
    if not (folder / "transport.xml").exists():
        return {"DataDictionary": dictionary_file(version)}
    return {
        "DefaultApplVerID": fixconfig.dialect(version)["default_appl_ver_id"],
        "AppDataDictionary": dictionary_file(version),
        "TransportDataDictionary": str(folder / "transport.xml"),
    }
