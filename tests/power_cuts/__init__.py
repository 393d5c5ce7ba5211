"""Power cuts, played: what a store wrote and what it made durable is recorded, and the disk as it
may be after a cut is made of it (O4). `python -m tests.power_cuts --help`"""
