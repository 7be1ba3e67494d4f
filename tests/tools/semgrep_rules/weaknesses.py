# Cases of `weaknesses.yaml`: `ruleid` says that the next line has to be found, `ok` that it may not.
import hashlib
import os
import random
import secrets
import ssl
import tarfile

import fastapi
import flask
import jwt
import requests
import uvicorn
import yaml
from Crypto.Cipher import AES, DES
from jose import jwt as jose_jwt
from lxml import etree

# ruleid: python-weak-hash
hashlib.md5(b"x")
# ruleid: python-weak-hash
hashlib.new("sha1", b"x")
# ok: python-weak-hash
hashlib.sha256(b"x")
# ok: python-weak-hash
hashlib.md5(b"x", usedforsecurity=False)

# ruleid: python-weak-cipher
DES.new(key, DES.MODE_CBC)
# ruleid: python-weak-cipher
AES.new(key, AES.MODE_ECB)
# ok: python-weak-cipher
AES.new(key, AES.MODE_GCM)

# ruleid: python-predictable-token
reset_token = random.randint(0, 10**9)
# ruleid: python-predictable-token
password = "".join(random.choice(letters) for _ in range(12))
# ok: python-predictable-token
reset_token = secrets.token_urlsafe()
# ok: python-predictable-token
delay = random.random()

# ruleid: python-debug-mode
flask.Flask("x").run(debug=True)
# ruleid: python-debug-mode
DEBUG = True
# ok: python-debug-mode
DEBUG = os.environ.get("DEBUG") == "1"
# ruleid: python-debug-mode
api = fastapi.FastAPI(debug=True)

# ruleid: python-unsafe-yaml
yaml.load(text)
# ruleid: python-unsafe-yaml
yaml.load(text, Loader=yaml.FullLoader)
# ok: python-unsafe-yaml
yaml.load(text, Loader=yaml.SafeLoader)
# ok: python-unsafe-yaml
yaml.safe_load(text)

# ruleid: python-no-certificate-check
requests.get("https://example.com", verify=False)
context = ssl.create_default_context()
# ruleid: python-no-certificate-check
context.check_hostname = False
# ruleid: python-no-certificate-check
context.verify_mode = ssl.CERT_NONE
# ok: python-no-certificate-check
requests.get("https://example.com", verify="authority.pem")

# ruleid: python-unverified-token
jwt.decode(token, options={"verify_signature": False})
# ruleid: python-unverified-token
jose_jwt.get_unverified_claims(token)
# ok: python-unverified-token
jwt.decode(token, key, algorithms=["RS256"])

# ruleid: python-open-cookie
response.set_cookie("session", value)
# ok: python-open-cookie
response.set_cookie("session", value, secure=True, httponly=True, samesite="Lax")
# ruleid: python-open-cookie
header = ("Set-Cookie", "session=1; Secure")
# ok: python-open-cookie
header = ("Set-Cookie", "session=1; Secure; HttpOnly")

# ruleid: python-xml-entities
etree.XMLParser(resolve_entities=True)
# ok: python-xml-entities
etree.XMLParser(resolve_entities=False)

with tarfile.open("a.tar") as archive:
    # ruleid: python-unchecked-archive
    archive.extractall("folder")
    # ok: python-unchecked-archive
    archive.extractall("folder", filter="data")

# ruleid: python-every-interface
flask.Flask("x").run(host="0.0.0.0")
# ruleid: python-every-interface
uvicorn.run(api, host="0.0.0.0")
# ok: python-every-interface
uvicorn.run(api, host="127.0.0.1")

# ruleid: python-open-cors
api.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
# ok: python-open-cors
api.add_middleware(CORSMiddleware, allow_origins=["https://example.com"], allow_credentials=True)
# ruleid: python-open-cors
answer = {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}}
