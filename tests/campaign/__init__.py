"""Real faults, one after the other, on a pair of services that is at work (O4):
`python -m tests.campaign --help`, or `make campaign HOURS=…`"""
