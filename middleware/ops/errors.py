"""What people at the command line are told when something is wrong: what, and what to do next."""


class Trouble(Exception):
    """Something a person has to mend. `what` happened and the `remedy`; neither holds personal
    data. The command line prints both and ends with code `exit_code`."""

    exit_code = 1

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}"
