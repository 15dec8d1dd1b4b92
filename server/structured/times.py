"""Patterns that days and times keep to beside their format.

A format alone allows a February 29th in any year, the year 0, seconds of endless digits, minutes of 61 seconds and small letters: few
programs can read the last three, and none the first.
"""

YEAR = "0{0,3}[1-9][0-9]*"  # from 1; the format says that it has four digits
LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
DAY = f"({YEAR}-(0[13-9]|1[0-2])-[0-9]{{2}}|{YEAR}-02-([01][0-9]|2[0-8])|{LEAP_YEAR}-02-29)"
TIME = r"[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"

TIME_PATTERNS = {"date": f"^{DAY}$", "date-time": f"^{DAY}T{TIME}$", "time": f"^{TIME}$"}  # by format
