"""The order of the questions, and what each of them depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from baseline.config.text import shorten
from baseline.init import found as live_facts
from baseline.init import questions, values
from baseline.init.answers import (
    CONTACT_KINDS,
    CORE_ROLES,
    UNIT_OF_ROLE,
    CoreAnswer,
    OrganizationAnswers,
    StandaloneAnswers,
)
from baseline.init.questions import Question

if TYPE_CHECKING:
    # Reading a live organization needs boto3; asking does not.
    from baseline.live.organization import LiveAccount, LiveOrganization

Many = Callable[[Sequence[str]], tuple[str, ...]]
DEFAULT_PREFIX = "secbase"
SHOWN_ACCOUNTS = 40


class Interviewer(Protocol):
    """Whoever gives the answers: a person at a terminal, or flags."""

    def one(
        self,
        question: Question,
        check: values.Check,
        *,
        default: str | None = None,
        suggested: str | None = None,
    ) -> str:
        """Give one answer.

        Args:
            question: What is asked.
            check: Gives the answer as it is written, or refuses it with a BaselineError.
            default: Answer of somebody who says nothing.
            suggested: The same for a person who sees it; flags have to say it.
        """

    def many(
        self,
        question: Question,
        check: Many,
        *,
        default: Sequence[str] | None = None,
        suggested: Sequence[str] | None = None,
    ) -> tuple[str, ...]:
        """Give several answers, as ``one`` gives one."""

    def section(self, title: str, question: Question | None = None) -> None:
        """Begin a group of questions, with what all of them share."""

    def note(self, text: str) -> None:
        """Tell what was found."""

    def finish(self) -> None:
        """Refuse answers that are missing or wrong, with a BaselineError that names all of them."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found and nobody has seen yet."""


def organization(
    ask: Interviewer,
    live: LiveOrganization | None = None,
    zone: live_facts.LandingZone | None = None,
) -> OrganizationAnswers:
    """Ask what the configuration of an organization starts with.

    Args:
        ask: Whoever answers.
        live: The organization as it is, whose facts are the defaults.
        zone: Its landing zone of Control Tower, whose Regions are.
    """
    ask.section("The organization")
    prefix = _prefix(ask)
    identity = ask.one(
        questions.ORGANIZATION_ID, values.organization_id, default=live.id if live else None
    )
    root = ask.one(questions.ROOT_ID, values.root_id, default=live.root_id if live else None)
    domains = _domains(ask, live)
    if zone:
        ask.note(f"Control Tower in {zone.home} governs {', '.join(zone.governed)}")
    home, regions = _regions(ask, zone)
    tower = ask.one(
        questions.CONTROL_TOWER,
        values.one_of(list(questions.CONTROL_TOWER.choices)),
        default=_tower(live),
    )
    accounts = _accounts(ask, live, domains)
    contacts, phone, findings = _people(ask, domains)
    lock, dollars = _choices(ask)
    endpoints = ask.one(questions.ENDPOINTS, values.one_of(["yes", "no"]), default="yes")
    extras = ask.many(questions.EXTRAS, _extras(home, regions), default=())
    answers = OrganizationAnswers(
        prefix=prefix,
        organization_id=identity,
        root_id=root,
        domains=domains,
        home_region=home,
        regions=regions,
        control_tower=tower,
        accounts=accounts,
        contacts=contacts,
        phone=phone,
        findings=findings,
        lock=lock,
        monthly_dollars=dollars,
        endpoints=endpoints == "yes",
        extras=extras,
        reserved_scps=0 if tower == "none" else 2,
    )
    return (
        _placed(answers, live)
        if live and root and all(a.id for a in accounts.values())
        else answers
    )


def standalone(ask: Interviewer) -> StandaloneAnswers:
    """Ask what the configuration of one account starts with."""
    ask.section("The account")
    prefix = _prefix(ask)
    identity = ask.one(questions.ACCOUNT_ID, values.account_id)
    domains = _domains(ask, None)
    email = ask.one(
        questions.ROOT_EMAIL, values.root_address(domains), suggested=_mailbox("aws", domains)
    )
    home, regions = _regions(ask)
    contacts, phone, findings = _people(ask, domains)
    lock, dollars = _choices(ask)
    network = ask.one(questions.NETWORK, values.one_of(["yes", "no"]), default="no")
    return StandaloneAnswers(
        prefix=prefix,
        account=CoreAnswer(id=identity, email=email),
        domains=domains,
        home_region=home,
        regions=regions,
        contacts=contacts,
        phone=phone,
        findings=findings,
        lock=lock,
        monthly_dollars=dollars,
        network=network == "yes",
    )


def _prefix(ask: Interviewer) -> str:
    return ask.one(questions.PREFIX, values.prefix, default=DEFAULT_PREFIX)


def _domains(ask: Interviewer, live: LiveOrganization | None) -> tuple[str, ...]:
    found: tuple[str, ...] = ()
    if live:
        found = live_facts.domains(live)
    return ask.many(
        questions.EMAIL_DOMAIN,
        lambda names: tuple(dict.fromkeys(values.domain(name) for name in names)),
        default=found or None,
    )


def _regions(
    ask: Interviewer, zone: live_facts.LandingZone | None = None
) -> tuple[str, tuple[str, ...]]:
    home = ask.one(
        questions.HOME_REGION,
        values.home_region,
        default=zone.home if zone else None,
        suggested="eu-west-1",
    )
    governed = zone.governed if zone and home in zone.governed else None
    regions = ask.many(
        questions.REGIONS,
        lambda names: values.regions(home, names),
        default=governed or ((home,) if home else ()),
    )
    return home, regions


def _tower(live: LiveOrganization | None) -> str:
    if live is None:
        return "none"
    return live_facts.control_tower(live)


def _accounts(
    ask: Interviewer, live: LiveOrganization | None, domains: tuple[str, ...]
) -> dict[str, CoreAnswer]:
    ask.section("The five core accounts", questions.ACCOUNT)
    guessed, known = {}, {}
    if live:
        guessed = live_facts.guesses(live)
        known = {account.id: account for account in live.accounts}
    ids: dict[str, str] = {}
    emails: dict[str, str] = {}
    found: dict[str, CoreAnswer] = {}
    for role in CORE_ROLES:
        guess = guessed.get(role)
        if guess:
            ask.note(f"{role}: {guess.account.id} {guess.account.name} ({guess.why})")
        check = values.member_of(known) if live else values.account_id
        question = _of(questions.ACCOUNT, role, "ID")
        if guess is None and len(known) <= SHOWN_ACCOUNTS:
            question = replace(question, choices=_free(known, ids))
        identity = ask.one(
            question,
            values.differing(ids, check),
            default=guess.account.id if guess else None,
        )
        email = _email(
            ask, role, domains, emails, known[identity].email if identity in known else None
        )
        ids[identity], emails[email.lower()] = role, role
        why = guess.why if guess and guess.account.id == identity else None
        found[role] = CoreAnswer(id=identity, email=email, ou=UNIT_OF_ROLE.get(role), note=why)
    return found


def _free(known: Mapping[str, LiveAccount], taken: Mapping[str, str]) -> dict[str, str]:
    """Give the accounts that have no role yet: ID to name and unit."""
    return {
        identity: f"{shorten(account.name)}, {account.unit_path or 'in the root'}"
        for identity, account in known.items()
        if identity not in taken and account.status == "ACTIVE"
    }


def _email(
    ask: Interviewer,
    role: str,
    domains: tuple[str, ...],
    taken: dict[str, str],
    present: str | None,
) -> str:
    """Ask for a root address; the one that the account has, unless nobody may have such a one."""
    default = present
    if present is not None and not values.is_corporate(present, domains):
        ask.note(
            f"{role}: {present} is in none of the mail domains; change it at AWS, and write the new one here"
        )
        default = None
    return ask.one(
        _of(questions.ACCOUNT_EMAIL, role, "ADDRESS"),
        values.differing(taken, values.root_address(domains)),
        default=default,
        suggested=_mailbox(f"aws-{role.replace('_', '-')}", domains),
    )


def _people(
    ask: Interviewer, domains: tuple[str, ...]
) -> tuple[dict[str, str], str, tuple[str, ...]]:
    ask.section("People", questions.CONTACT)
    address = values.contact_address(domains)
    contacts = {
        kind: ask.one(
            _of(questions.CONTACT, kind, "ADDRESS"), address, suggested=_mailbox(kind, domains)
        )
        for kind in CONTACT_KINDS
    }
    phone = ask.one(questions.PHONE, values.phone)
    findings = ask.many(
        questions.FINDINGS,
        lambda names: tuple(dict.fromkeys(values.recipient(name) for name in names)),
        default=(contacts["security"],) if contacts["security"] else (),
    )
    return contacts, phone, findings


def _choices(ask: Interviewer) -> tuple[str, str | None]:
    ask.section("What cannot be taken back, and what costs")
    lock = ask.one(
        questions.LOCK, values.one_of(list(questions.LOCK.choices)), default="COMPLIANCE"
    )
    dollars = ask.one(questions.BUDGET, values.whole_number_or_none, default="none")
    return lock, None if dollars == "none" else dollars


def _extras(home: str, regions: tuple[str, ...]) -> Many:
    def check(names: Sequence[str]) -> tuple[str, ...]:
        chosen = tuple(
            dict.fromkeys(values.one_of(list(questions.EXTRAS.choices))(name) for name in names)
        )
        values.offered(home, regions, {name: {"enabled": True} for name in chosen})
        return chosen

    return check


def _placed(answers: OrganizationAnswers, live: LiveOrganization) -> OrganizationAnswers:

    found = live_facts.places(
        live,
        answers.accounts,
        mail_domains=answers.domains,
        prefix=answers.prefix,
        tower=answers.control_tower,
    )
    return replace(
        answers,
        accounts=found.accounts,
        units=found.units,
        members=found.members,
        reserved_scps=found.reserved_scps,
        reserved_rcps=found.reserved_rcps,
        remarks=found.remarks,
    )


def _of(question: Question, name: str, value: str) -> Question:
    """Give the question about one account or contact of several."""
    about = (
        questions.ROLES | questions.CONTACTS if question is questions.CONTACT else questions.ROLES
    )
    why = about[name] if question is not questions.ACCOUNT_EMAIL else ""
    return replace(
        question,
        flag=f"{question.flag} {name}",
        usage=f"{question.flag} {name}={value}",
        text=f"{name}: {question.text}",
        why=why,
        cost=None,
    )


def _mailbox(name: str, domains: tuple[str, ...]) -> str | None:
    return f"{name}@{domains[0]}" if domains else None
