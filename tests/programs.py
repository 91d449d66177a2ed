"""Programs that call the API."""

from inbox.models import ApiKey
from tests.api.contract import checked


class Program:
    """A caller of the API with a key of its own. What it is answered is held against the API's description."""

    def __init__(self, client, scopes, **fields):
        self.client = client
        self.key = ApiKey(name="CRM", scopes=scopes, **fields)
        self.token = self.key.rotate()
        self.key.save()

    def get(self, path, **query):
        return checked(self.client.get(f"/api/v1/{path}", query, headers=self.headers()))

    def post(self, path, body=None, *, method="post", query="", **headers):
        send = getattr(self.client, method)
        address = f"/api/v1/{path}{query}"
        if method == "get":
            return checked(send(address, headers=self.headers(**headers)))
        return checked(send(address, body or {}, content_type="application/json", headers=self.headers(**headers)))

    def headers(self, **more):
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token}", **named}
