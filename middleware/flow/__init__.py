"""What runs: intake, lanes, commit, couriers, recorder, supervisor."""
