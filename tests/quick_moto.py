"""What botocore and moto work out again for each client and call, worked out once per process.

A call of moto costs milliseconds, of which the service itself is a tenth. The rest has the same
answer each time: which backend an address belongs to, what a response class offers, by which names
a member of an answer may be found, what methods a client has. Signatures are left out while moto
answers, because it reads none. What a test sends and gets is the same.
"""

from __future__ import annotations

import copy
import functools
import inspect
import re
from typing import Any

from botocore import auth, client, hooks, httpsession, regions, useragent
from botocore.model import ServiceModel
from moto import backend_index, backends
from moto.core import DEFAULT_ACCOUNT_ID, responses
from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.config import default_user_config
from moto.core.exceptions import HTTPException
from moto.core.models import botocore_stubber as stubber
from moto.core.request import normalize_request
from moto.core.serialize import MISSING, AttributePicker, AttributePickerContext
from moto.core.utils import get_equivalent_url_in_aws_domain, get_value
from moto.moto_api import recorder


@functools.cache
def install() -> None:
    """Put the quick forms in place; again is no different from once."""
    _clients()
    _signatures()
    _answers()


def _clients() -> None:
    """Build the methods of a client, the model and the rules behind them, once for each service."""
    creator: Any = client.ClientCreator
    creator._create_methods = _once(creator._create_methods)
    creator._create_name_mapping = _once(creator._create_name_mapping)
    models: dict[int, tuple[Any, ServiceModel]] = {}

    def load(self: Any, service: str, version: str | None = None) -> ServiceModel:
        text = self._loader.load_service_model(service, "service-2", api_version=version)
        if id(text) not in models:
            # The text is kept beside its model, so that no other can have its identity.
            models[id(text)] = text, ServiceModel(text, service_name=service)
        return models[id(text)][1]

    creator._load_service_model = load
    _endpoints()
    _events()


def _once(make: Any) -> Any:
    known: dict[ServiceModel, dict[str, Any]] = {}

    def made(self: Any, model: ServiceModel) -> dict[str, Any]:
        if model not in known:
            known[model] = make(self, model)
        # A copy, because services add methods and take some away.
        return dict(known[model])

    return made


def _endpoints() -> None:
    module: Any = regions
    make, known = regions.EndpointProvider, dict[Any, Any]()

    def provider(*, ruleset_data: Any, partition_data: Any, excluded_params: Any = None) -> Any:
        place = id(ruleset_data), id(partition_data), frozenset(excluded_params or ())
        if place not in known:
            made = make(ruleset_data, partition_data, excluded_params)
            known[place] = made, ruleset_data, partition_data
        return known[place][0]

    module.EndpointProvider = provider
    session: Any = httpsession.URLLib3Session
    context, shared = session._get_ssl_context, functools.cache(httpsession.create_urllib3_context)
    session._get_ssl_context = lambda self: shared() if stubber.enabled else context(self)


def _events() -> None:
    """Register and copy listeners by what they are made of, and translate an event's name once."""
    module: Any = hooks
    asked = hooks.accepts_kwargs
    module.accepts_kwargs = lambda each: _takes_more(each, asked)
    trie: Any = hooks._PrefixTrie
    trie._recursive_copy = lambda _, node: _copied(node)
    aliaser: Any = hooks.EventAliaser
    start, known = aliaser.__init__, dict[str, str]()

    def begin(self: Any, emitter: Any, event_aliases: Any = None) -> None:
        start(self, emitter, event_aliases)
        if event_aliases is None or event_aliases == hooks.EVENT_ALIASES:
            self._alias_name_cache = known

    aliaser.__init__ = begin


def _takes_more(listener: Any, asked: Any) -> Any:
    code = getattr(listener, "__code__", None)
    return asked(listener) if code is None else code.co_flags & inspect.CO_VARKEYWORDS


def _copied(node: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in node.items():
        if isinstance(value, hooks.NodeList):
            found[key] = hooks.NodeList(*map(list, value))
        else:
            found[key] = _copied(value) if isinstance(value, dict) else value
    return found


def _signatures() -> None:
    """Leave out what a signature is made of, and what is told of Python, while moto answers."""
    signer: Any = auth.SigV4Auth
    canonical, signature = signer.canonical_request, signer.signature

    def canonical_request(self: Any, request: Any) -> Any:
        return "" if stubber.enabled else canonical(self, request)

    def sign(self: Any, text: str, request: Any) -> Any:
        return "0" * 64 if stubber.enabled else signature(self, text, request)

    signer.canonical_request, signer.signature = canonical_request, sign
    agent: Any = useragent.UserAgentString
    introduce = agent.to_string
    agent.to_string = lambda self: "Boto3" if stubber.enabled else introduce(self)


def _answers() -> None:
    """Find the function that answers an address, and the members of its answer, once."""
    real = BotocoreStubber.process_request

    def process(self: Any, request: Any) -> Any:
        address, _ = get_equivalent_url_in_aws_domain(request.url)
        found = _route(f"{address.scheme}://{address.netloc}{address.path}")
        if found is None or default_user_config["core"] != _CORE:
            return real(self, request)
        asked = normalize_request(request)
        try:
            recorder._record_request(asked)
            return found(asked, asked.raw_url, asked.headers)
        except HTTPException as error:
            return error.code, error.get_headers(), error.get_body()

    # Each would begin anew, at the start and the end of a test, and be thrown away then.
    kept: Any = AccountSpecificBackend
    kept.reset = _end
    stub: Any = BotocoreStubber
    stub.process_request = process
    names = responses.method_names_from_class
    offered: Any = responses
    offered.method_names_from_class = functools.cache(lambda each: frozenset(names(each)))
    picker: Any = AttributePicker
    picker.__call__ = _pick


def _end(self: Any) -> None:
    for backend in self.values():
        if type(backend).reset is not BaseBackend.reset:
            backend.reset()


_CORE = copy.deepcopy(default_user_config["core"])


@functools.lru_cache(maxsize=4096)
def _route(address: str) -> Any:
    """Give what answers an address; looking it up starts the service in another account, too."""
    for service, pattern in backend_index.backend_url_patterns:
        if pattern.match(address):
            known: Any = backends.get_backend(service)
            if isinstance(known, BackendDict):
                regions = known[DEFAULT_ACCOUNT_ID]
                backend = regions["us-east-1" if "us-east-1" in regions else "aws"]
            else:
                backend = known["global"]
            for url, answers in backend.urls.items():
                if re.match(url, address):
                    return answers
    return None


def _pick(self: Any, context: AttributePickerContext) -> Any:
    """Stand in for ``AttributePicker.__call__``: the names depend on classes, not on objects."""
    value = None
    for name in _names(self, context):
        value = get_value(context.obj, name, MISSING)
        if value is not MISSING:
            break
    else:
        value = None
    path = f"{context.key_path}.{context.key}"
    for end, transform in self.response_transformers.items():
        if path.endswith(end):
            return transform(value)
    return value


_NAMES: dict[Any, tuple[str, ...]] = {}


def _names(picker: Any, context: AttributePickerContext) -> tuple[str, ...]:
    providers = tuple(picker.alias_providers)
    place = (type(picker), providers, context.obj.__class__, context.key, context.shape)
    found = _NAMES.get(place)
    if found is None:
        names = picker.get_possible_keys(context)
        found = _NAMES[place] = tuple(dict.fromkeys(names))
    return found
