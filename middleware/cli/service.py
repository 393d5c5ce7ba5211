"""Speaking to the running service over its API, as a person or with a token."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from middleware.cli.common import Parser, add_config, ask_password, read_config, read_secret

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession


def add_service(parser: Parser, role: str) -> None:
    """The options that say where the service is and who asks."""
    add_config(parser)
    parser.add_argument(
        "--url", help="where the console is; without it, where the configuration says"
    )
    who = parser.add_mutually_exclusive_group()
    who.add_argument(
        "--token-file", type=Path, metavar="FILE", help=f"token of a person:NAME:{role}"
    )
    who.add_argument("--sign-in", metavar="NAME", help=f"sign in as this person, {role}")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="password for --sign-in; else it asks"
    )


class Service:
    """The API; every refusal is Trouble with what to do next."""

    def __init__(self, session: "ClientSession", url: str) -> None:
        self._session = session
        self._url = url

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON, None where it has none."""
        from json import loads

        answer = await self._answer(method, path, body)
        return loads(answer) if answer else None

    async def read(self, path: str, body: Any = None) -> str:
        """The answer as it came, for a file."""
        return (await self._answer("POST" if body else "GET", path, body)).decode()

    async def _answer(self, method: str, path: str, body: Any = None) -> bytes:
        from aiohttp import ClientError

        from middleware.ops.errors import Trouble

        try:
            async with self._session.request(method, self._url + path, json=body) as response:
                await _demand_success(response)
                return await response.read()
        except (ClientError, TimeoutError) as error:
            raise Trouble(
                f"the service at {self._url} does not answer ({type(error).__name__})",
                "start it with `forewarn run`, or give its address: --url http://host:port",
            ) from None


@asynccontextmanager
async def reach_service(args: argparse.Namespace, role: str) -> AsyncIterator[Service]:
    """The service, signed in or with the token."""
    from aiohttp import ClientSession, ClientTimeout, CookieJar

    from middleware.ops.errors import Trouble

    url = (args.url or f"http://{read_config(args).console.listen}").rstrip("/")
    headers = {"Origin": url}
    if args.token_file:
        headers["Authorization"] = f"Bearer {read_secret(args.token_file, 'token')}"
    elif not args.sign_in:
        raise Trouble("the service must know who asks", "give --token-file or --sign-in NAME")
    jar = CookieJar(unsafe=True)  # the console is often at a bare address
    async with ClientSession(
        headers=headers, cookie_jar=jar, timeout=ClientTimeout(total=60)
    ) as session:
        service = Service(session, url)
        if args.sign_in:
            password = ask_password(args.password_file, args.sign_in)
            said = {"name": args.sign_in, "password": password, "role": role}
            await service.ask("POST", "/sign-in", said)
        yield service


async def _demand_success(response: "ClientResponse") -> None:
    from middleware.ops.errors import Trouble

    if response.status < 400:
        return
    said = (await response.text())[:300] or response.reason or ""
    remedies = {
        401: "check the token or password; make a new one with `forewarn tokens add`",
        403: "ask somebody who may",
        404: "check what was asked for",
        409: "it was done before; to do it once more give another name: --batch NAME",
        503: "wait until it is ready: look at /readyz",
    }
    remedy = remedies.get(response.status, "mend that and run the same command again")
    raise Trouble(f"the service says no ({response.status}): {said}", remedy)
