# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the chat over HTTP: what is taken, who gets it, and that it survives a restart."""

import hashlib

from tocsin_process import Case, Tocsin, main

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 1000


class Attachments(Case):
    async def test_a_picture_is_kept_and_given_back(self):
        data = self.data_directory()
        with Tocsin("--open", data=data) as server:
            answer = server.request("POST", "/api/attachments", PNG)
            self.assertEqual(answer.status, 201, answer.body)
            body = answer.json()
            self.assertEqual(body, {"id": hashlib.sha256(PNG).hexdigest(), "type": "image/png", "size": len(PNG)})
            again = server.request("POST", "/api/attachments", PNG)
            self.assertEqual(again.json()["id"], body["id"])
            for wrong in (b"<svg onload='alert(1)'/>", b"", b"GIF"):
                self.assertEqual(server.request("POST", "/api/attachments", wrong).status, 415)
        with Tocsin("--open", data=data) as server:
            picture = server.get(f"/api/attachments/{body['id']}")
            self.assertEqual((picture.status, picture.body), (200, PNG))
            self.assertEqual(picture.headers.get("Content-Type"), "image/png")
            self.assertEqual(picture.headers.get("X-Content-Type-Options"), "nosniff")
            self.assertEqual(server.get("/api/attachments/" + "0" * 64).status, 404)
            self.assertEqual(server.get("/api/attachments/..%2f..%2fdesk.db").status, 400)  # at the front door

    async def test_nobody_gets_one_without_a_token(self):
        with Tocsin() as server:
            self.assertEqual(server.request("POST", "/api/attachments", PNG).status, 401)
            self.assertEqual(server.get("/api/attachments/" + hashlib.sha256(PNG).hexdigest()).status, 401)


if __name__ == "__main__":
    main()
