"""What went wrong between us and the Hugging Face Hub, as one sentence and its remedy."""

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from huggingface_hub import errors

from gan.errors import ModelError
from gan.proxies import ProxyError, use_proxies


class HubError(ModelError):
    """The Hub could not be used.

    Attributes:
        reason: what happened, in a few words ("hub unreachable"), fit for a status line.
        unreachable: the Hub gave no (sensible) answer; a copy in the cache may serve instead.
    """

    def __init__(self, reason: str, remedy: str, *, unreachable: bool = False):
        super().__init__(f"{reason}. {remedy}")
        self.reason, self.remedy, self.unreachable = reason, remedy, unreachable


class RefusedError(HubError):
    """We don't do it, and nothing was written: the same command would be refused again."""


RETRY = "Try again in a while."


@contextmanager
def explained(subject: str) -> Iterator[None]:
    """Turn whatever the client raises in this block into a HubError about `subject`, a repository's name.

    Network trouble reaches us as OSError, httpx2.HTTPError, ValueError (names, answers that are no JSON), KeyError
    (answers that lack something) or RuntimeError (wrapped upload failures, hf-xet); anything else is a bug and passes.
    """
    try:
        use_proxies()
    except ProxyError as error:
        raise HubError(error.reason, f"{error.remedy}.", unreachable=True) from None
    try:
        yield
    except HubError:
        raise
    except (OSError, httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, RuntimeError) as error:
        raise explain(error, subject) from error


def explain(error: BaseException, subject: str) -> HubError:
    """The HubError that tells a person what a client's exception means."""
    cause: BaseException | None = error
    while cause is not None:  # "Error while uploading" and "cannot find the file on your disk" hide what happened
        if (told := _explain(cause, subject)) is not None:
            return told
        cause = cause.__cause__ or cause.__context__
    return HubError(f"the transfer failed: {_first_line(error)}", RETRY, unreachable=True)


def _explain(error: BaseException, subject: str) -> HubError | None:
    match error:
        case errors.OfflineModeIsEnabled():
            return HubError("offline mode is on", "Unset HF_HUB_OFFLINE.", unreachable=True)
        case errors.LocalTokenNotFoundError():
            return HubError(
                "not logged in to the Hub", "Run `hf auth login`, or set HF_TOKEN to a token that may write."
            )
        case errors.HFValidationError():
            return HubError(f"{subject!r} is no repository name", "Write it as user/repo or user/repo@revision.")
        case errors.GatedRepoError():
            return HubError(
                f"{subject} is gated", "Accept its terms on its page, then log in with `hf auth login` and try again."
            )
        case errors.RepositoryNotFoundError():
            return HubError(
                f"there is no repository {subject}, or it is private",
                "Check the name; for a private one, log in with `hf auth login`.",
            )
        case errors.RevisionNotFoundError():
            return HubError(f"there is no revision {subject}", "Name a branch, a tag or a commit that exists.")
        case errors.RemoteEntryNotFoundError():
            return HubError(f"{subject} lacks a file", "It is not one of our models.")
        case errors.HfHubHTTPError():
            return _explain_status(error.response.status_code, subject)
        case httpx2.TimeoutException():
            return HubError("hub unreachable (no answer in time)", RETRY, unreachable=True)
        case httpx2.RemoteProtocolError():
            return HubError("the connection broke off", RETRY, unreachable=True)
        case httpx2.TransportError():
            return HubError("hub unreachable", "Check the connection, then try again.", unreachable=True)
        case json.JSONDecodeError() | KeyError():
            return HubError(
                "the answer is not the Hub's",
                "A network's login page or a proxy may stand between; check the connection and HF_ENDPOINT.",
                unreachable=True,
            )
        case OSError() if "Consistency check failed" in str(error):
            return HubError("the download broke off before its end", RETRY, unreachable=True)
        case OSError() if error.filename is not None or error.errno in (errno.ENOSPC, errno.EDQUOT):
            return HubError(
                f"cannot write {error.filename or 'the cache'}: {error.strerror}",
                "Free the disk, or set HF_HOME to another folder.",
            )
    return None


def _explain_status(status: int, subject: str) -> HubError:
    match status:
        case 401:
            return HubError("the Hub refuses the token", "Log in again with `hf auth login`, or renew HF_TOKEN.")
        case 402:
            return HubError(
                f"the Hub asks for payment for {subject} (HTTP 402)",
                "See what your plan includes at https://huggingface.co/settings/billing.",
            )
        case 403:
            return HubError(
                f"the Hub forbids this with {subject} (HTTP 403)",
                "To publish, use a token with write access and a repository of your own.",
            )
        case 409:
            return HubError(f"{subject} is being changed by someone else, or exists already (HTTP 409)", RETRY)
        case 412:
            return HubError(f"{subject} has moved on since we looked (HTTP 412)", "Try again.")
        case 429:
            return HubError(
                "the Hub limits our rate (HTTP 429)", "Wait some minutes, then try again.", unreachable=True
            )
        case status if status >= 500:
            return HubError(f"the Hub has trouble of its own (HTTP {status})", RETRY, unreachable=True)
    return HubError(f"the Hub answered HTTP {status} about {subject}", "Check the name and the token.")


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0][:200] if text else type(error).__name__
