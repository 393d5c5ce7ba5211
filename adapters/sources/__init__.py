"""Where events come from: CAD, telephony and other sources."""
