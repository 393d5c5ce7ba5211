"""python -m tests.golden: golden files for every new kind or version. Never changes old ones."""

from tests.golden.files import FOLDER, KINDS, make_missing

made = make_missing()
print(f"{len(KINDS)} kinds, {len(made)} new in {FOLDER.name}/: {', '.join(made) or 'none'}")
