"""Backups in a bucket: `s3://BUCKET/NAME` of S3 or of any store that speaks it (MinIO, Ceph, Backblaze, Hetzner).

Who may and where it is comes from what AWS's own tools read: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
AWS_ENDPOINT_URL_S3, `~/.aws`, or the role of the machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.errors import ConflictError, EnergyError, ForbiddenError, InputError, NotFoundError, UnavailableError

SCHEME = "s3://"
CONNECT_TIMEOUT_S = 10
READ_TIMEOUT_S = 60
TRIES = 4
NO_ENTRY = {"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}
HINT = "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where it is not Amazon's, AWS_ENDPOINT_URL_S3 say who and where"


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """Where a backup lies: `s3://bucket/name`; the name may have folders."""

    bucket: str
    name: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.name}"


def bucket_address(text: str) -> BucketAddress:
    """The bucket and the name in `s3://BUCKET/NAME`; InputError where one is missing."""
    bucket, _, name = text.removeprefix(SCHEME).partition("/")
    if not text.startswith(SCHEME) or not bucket or not name or name.endswith("/"):
        raise InputError("is no address of a file in a bucket", path=text, hint=f"for example {SCHEME}backups/monday")
    return BucketAddress(bucket, name)


def refuse_taken(address: BucketAddress) -> None:
    """ConflictError where something of that name is there: a backup never replaces another."""
    with _store(address) as store:
        try:
            store.head_object(Bucket=address.bucket, Key=address.name)
        except store.exceptions.ClientError as error:
            if _code(error) in ("404", "NoSuchKey"):
                return
            raise
    raise ConflictError("there is a file of that name", path=str(address), hint="name another one")


def send(file: Path, address: BucketAddress) -> None:
    """Copy a file there, in pieces where it is large; what arrived has its length, or UnavailableError."""
    with _store(address) as store:
        store.upload_file(str(file), address.bucket, address.name)
        length = store.head_object(Bucket=address.bucket, Key=address.name)["ContentLength"]
    if length != file.stat().st_size:
        raise UnavailableError(f"{length} of {file.stat().st_size} bytes arrived", path=str(address))


def fetch(address: BucketAddress, file: Path) -> None:
    """Copy what lies there into a file."""
    with _store(address) as store:
        store.download_file(address.bucket, address.name, str(file))


@contextmanager
def _store(address: BucketAddress) -> Iterator[Any]:
    """A client; what goes wrong is said in the house's errors."""
    import boto3
    from boto3.exceptions import S3UploadFailedError
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    settings = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "max_attempts": TRIES},
        request_checksum_calculation="when_required",  # other stores do not know Amazon's newest sums;
        response_checksum_validation="when_required",  # the file proves itself, and TLS the way
    )
    try:
        yield boto3.Session().client("s3", config=settings)
    except ClientError as error:
        raise _refusal(error, address) from error
    except S3UploadFailedError as error:
        cause = error.__context__
        raise (_refusal(cause, address) if isinstance(cause, ClientError) else _no_answer(error, address)) from error
    except BotoCoreError as error:
        raise _no_answer(error, address) from error


def _refusal(error: Any, address: BucketAddress) -> EnergyError:
    """What the store refused."""
    code = _code(error)
    if code in ("404", "NoSuchKey", "NoSuchBucket"):
        return NotFoundError("there is no such file or bucket", path=str(address))
    if code in NO_ENTRY:
        return ForbiddenError(f"the store lets us not in ({code})", path=str(address), hint=HINT)
    return UnavailableError(f"the store refuses: {error}", path=str(address))


def _no_answer(error: Exception, address: BucketAddress) -> EnergyError:
    """Nobody to be asked, or asked in vain."""
    from botocore.exceptions import NoCredentialsError, NoRegionError, PartialCredentialsError

    if isinstance(error, NoCredentialsError | PartialCredentialsError | NoRegionError):
        return InputError(str(error), path=str(address), hint=HINT)
    return UnavailableError(f"the store does not answer: {error}", path=str(address), hint=HINT)


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
