"""`python -m cloud_service.subscriber`: settings from the environment, until SIGTERM or SIGINT."""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from cloud_service.settings import Settings, read_settings
from cloud_service.store.database.errors import guarded
from cloud_service.store.database.session import Engine, connect, refuse_unsafe
from cloud_service.subscriber.service import Subscriber
from common.errors import EnergyError, UnavailableError

log = logging.getLogger("subscriber")


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    engine = connect(settings.database_url, pool_size=2, max_overflow=1, pool_timeout=10)
    await _database_is_safe(engine)
    folder = Path(os.environ.get("ENERGY_HEARTBEAT_DIR", settings.data_dir / "run"))
    subscriber = Subscriber(settings.mqtt, engine, folder / f"subscriber-{os.getpid()}.json")
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, subscriber.stop.set)
    await subscriber.run()
    engine.dispose()


async def _database_is_safe(engine: Engine) -> None:
    """Wait for the database; one that may forget what it committed is refused."""
    while True:
        try:
            with guarded():
                refuse_unsafe(engine)
        except UnavailableError as error:
            if "does not answer" not in error.message:
                raise
            log.warning("%s", error)
            await asyncio.sleep(1)
        else:
            return


def main() -> None:
    """Settings from the environment; exit codes as the command line has them."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "INFO"), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        asyncio.run(serve(read_settings()))
    except EnergyError as error:
        sys.stderr.write(f"subscriber: {error}\n")
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main()
