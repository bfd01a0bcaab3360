"""The MQTT connection: TLS is checked, and what the broker refuses is never taken for success."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.errors import EnergyError, ForbiddenError, UnavailableError
from deploy.bench.free_port import free_port
from edge_agent.config import UplinkSettings
from edge_agent.uplink.link import connect
from tests.edge_agent.machine import in_loop, wait_until
from tests.programs import need_program, needs_program

CONFIG = """
listener {port} 127.0.0.1
certfile {folder}/server.crt
keyfile {folder}/server.key
{client_certificates}
allow_anonymous {anonymous}
acl_file {folder}/acl
password_file {folder}/passwords
"""
pytestmark = [
    pytest.mark.processes,
    pytest.mark.slow,
    needs_program("mosquitto"),
    needs_program("openssl"),
]


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_authority(folder: Path, name: str) -> None:
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")]
    openssl("req", "-x509", *key, *files, "-subj", f"/CN={name}")


def make_certificate(folder: Path, name: str, authority: str) -> None:
    """A certificate for localhost, or for a gateway, signed by an authority."""
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", *key, "-keyout", str(folder / f"{name}.key"), "-out", str(request), "-subj", f"/CN={name}")
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1")
    by = ["-CA", str(folder / f"{authority}.crt"), "-CAkey", str(folder / f"{authority}.key"), "-CAcreateserial"]
    files = ["-in", str(request), "-out", str(folder / f"{name}.crt"), "-extfile", str(extensions)]
    openssl("x509", "-req", *files, *by, "-days", "2")


class Mosquitto:
    """A broker with TLS, passwords and an access list."""

    def __init__(self, folder: Path, *, client_certificates: bool) -> None:
        self.folder, self.port = folder, free_port()
        (folder / "acl").write_text("pattern write ebs/1/%u/up/#\npattern read ebs/1/%u/down/#\n")
        subprocess.run(["mosquitto_passwd", "-b", "-c", str(folder / "passwords"), "gw-a", "right"], check=True)
        by_certificate = f"cafile {folder}/ca.crt\nrequire_certificate true\nuse_identity_as_username true"
        text = CONFIG.format(
            port=self.port,
            folder=folder,
            client_certificates=by_certificate if client_certificates else "",
            anonymous="true" if client_certificates else "false",
        )
        (folder / "mosquitto.conf").write_text(f"user root\n{text}")
        self.log = (folder / "log").open("wb")
        command = [need_program("mosquitto"), "-c", str(folder / "mosquitto.conf")]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        wait_until(lambda: b"running" in (folder / "log").read_bytes(), "the broker listens")

    def uplink(self, **changes: object) -> UplinkSettings:
        settings = {
            "broker": f"mqtts://localhost:{self.port}",
            "username": "gw-a",
            "password_file": self.folder / "secret",
            "ca_file": self.folder / "ca.crt",
        }
        return UplinkSettings(**settings | changes)  # type: ignore[arg-type]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    created = tmp_path_factory.mktemp("mosquitto")
    make_authority(created, "ca")
    make_authority(created, "other")
    make_certificate(created, "server", "ca")
    make_certificate(created, "gw-a", "ca")
    (created / "secret").write_text("right\n")
    (created / "wrong").write_text("wrong\n")
    return created


@pytest.fixture(scope="module")
def mqtt(folder: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(folder, client_certificates=False)
    yield broker
    broker.stop()


@in_loop
async def test_its_own_topics_are_open_and_others_are_an_error(mqtt: Mosquitto) -> None:
    async with connect(mqtt.uplink(), "gw-a", None) as link:
        await link.listen("ebs/1/gw-a/down/+")
        await link.send("ebs/1/gw-a/up/live", b"x")
        with pytest.raises(ForbiddenError, match="refused the message"):
            await link.send("ebs/1/gw-b/up/live", b"x")
        await link.send("ebs/1/gw-a/up/live", b"and the next one works again")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves a failed socket to the GC
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"password_file": "wrong"}, ForbiddenError),
        ({"ca_file": "other.crt"}, UnavailableError),
        ({"ca_file": None}, UnavailableError),
    ],
)
def test_a_wrong_password_and_a_wrong_certificate_are_refused(
    mqtt: Mosquitto, change: dict[str, str | None], error: type[EnergyError]
) -> None:
    changes = {name: mqtt.folder / file if file else None for name, file in change.items()}

    @in_loop
    async def try_it() -> None:
        with pytest.raises(error):
            async with connect(mqtt.uplink(**changes), "gw-a", None):
                pass

    try_it()


def test_a_gateway_may_identify_itself_by_certificate(folder: Path) -> None:
    broker = Mosquitto(folder, client_certificates=True)

    @in_loop
    async def try_it() -> None:
        files = {"cert_file": folder / "gw-a.crt", "key_file": folder / "gw-a.key"}
        config = broker.uplink(username="", password_file=None, **files)
        async with connect(config, "gw-a", None) as link:
            await link.send("ebs/1/gw-a/up/live", b"x")
            with pytest.raises(ForbiddenError):
                await link.send("ebs/1/gw-b/up/live", b"x")

    try:
        try_it()
    finally:
        broker.stop()
