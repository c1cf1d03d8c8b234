"""People with browsers, for tests of a hub: cookies, a login, a server of their own."""

import asyncio
import json
import time
from typing import Any


class Person:
    """Somebody at a hub's address, by name."""

    def __init__(self, hub: str, name: str) -> None:
        import requests

        self.hub, self.name, self.web = hub, name, requests.Session()

    def log_in(self, password: str) -> int:
        """The status of the login: 302 where it goes on, 403 where it does not."""
        self.web.get(f"{self.hub}/hub/login")
        form = {"username": self.name, "password": password, "_xsrf": self._token("/hub/")}
        return self.web.post(f"{self.hub}/hub/login", data=form, allow_redirects=False).status_code

    def start(self, seconds: int = 300) -> None:
        """Wait until the own server answers; where too many start at once, ask again as the page says."""
        for _ in range(seconds):
            if self.web.get(f"{self.hub}/hub/spawn/{self.name}").status_code != 429:
                break
            time.sleep(1)
        for _ in range(seconds):
            self.get("lab")  # which logs in at one's own server, by way of the hub
            if self.get("api/status").status_code == 200:
                return
            time.sleep(1)
        raise TimeoutError(f"no server for {self.name} after {seconds} seconds")

    def stop(self, name: str) -> int:
        """The status of asking the hub to stop somebody's server."""
        head = {"X-XSRFToken": self._token("/hub/")}
        return self.web.delete(f"{self.hub}/hub/api/users/{name}/server", headers=head).status_code

    def get(self, path: str, of: str = "") -> Any:
        """A page of one's own server, or of somebody else's."""
        return self.web.get(f"{self.hub}/user/{of or self.name}/{path}")

    def post(self, path: str, /, **form: str) -> Any:
        """A form, to one's own server."""
        here = f"/user/{self.name}/"
        head = {"X-XSRFToken": self._token(here)}
        return self.web.post(f"{self.hub}{here}{path}", data=form, headers=head)

    def in_terminal(self, command: str, seconds: float = 60) -> str:
        """What a command shows in a terminal of JupyterLab's, until it says how it ended."""
        path = f"/user/{self.name}/terminals/websocket/{self.post('api/terminals').json()['name']}"
        return asyncio.run(asyncio.wait_for(self._typed(path, command), seconds))

    async def _typed(self, path: str, command: str) -> str:
        from requests import Request
        from requests.cookies import get_cookie_header
        from tornado.httpclient import HTTPRequest
        from tornado.websocket import websocket_connect

        cookies = get_cookie_header(self.web.cookies, Request("GET", self.hub + path).prepare())
        address = self.hub.replace("http:", "ws:") + path
        there = await websocket_connect(HTTPRequest(address, headers={"Cookie": cookies}))
        there.write_message(json.dumps(["stdin", f"{command}; echo EN''DED\n"]))
        shown = ""
        while "ENDED" not in shown:
            kind, *rest = json.loads(await there.read_message())
            shown += rest[0] if kind == "stdout" else ""
        there.close()
        return shown

    def _token(self, path: str) -> str:
        tokens = {cookie.path: cookie.value for cookie in self.web.cookies if cookie.name == "_xsrf"}
        return tokens.get(path) or next(iter(tokens.values()), "")


def logged_in(hub: Any, name: str) -> Person:
    """Somebody whose own server runs."""
    person = Person(hub.address, name)
    assert person.log_in(f"secret-{name}") == 302
    person.start()
    return person
