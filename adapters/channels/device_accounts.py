"""Accounts of devices at the broker: a JSON file of device to password hashes, mode 0600 (E2).

Passwords are made here, long and random, so the quickest form of each hash is enough: nobody
guesses 192 bits, and a fleet that comes back at once must not wait for slow ones.
"""

import base64
import hashlib
import os
import re
import secrets
from pathlib import Path

import bcrypt
import orjson
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from middleware.ops.errors import Trouble
from schemas.base import CODE, Code

SERVICE = "forewarn"
"""The service's own account; no device can have this name."""

_BCRYPT_COST = 4
_MOSQUITTO_ROUNDS = 101
