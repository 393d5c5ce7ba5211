"""What the sender of a referral (BaRS) says of the scene, in words for people (C4)."""

from adapters.codecs.fhir_parts import Flag

SAFE = "S"
"""The one code of scene safety that is public; with every other it is not said to be safe."""
SCENE_SAFETY = "SS"


def is_scene_safety(flag: Flag) -> bool:
    """An active flag about the scene. That there is one says nothing: its code does."""
    kinds = {coding.code for concept in flag.category for coding in concept.coding}
    profiled = any("scene-safety" in profile.lower() for profile in flag.meta.profile)
    return flag.status == "active" and (SCENE_SAFETY in kinds or profiled)


def scene_words(flag: Flag) -> str:
    """For the nature of the incident: never an answer of a check."""
    codes = {coding.code for coding in flag.code.coding} - {""}
    text = flag.code.text.strip()
    if codes == {SAFE}:
        return f"scene safe, as the sender says{f': {text}' if text else ''}"
    if text:
        return f"SCENE NOT SAFE, as the sender says: {text}"
    return "SCENE MAY NOT BE SAFE: the sender's flag gives no reason; ask"
