"""Running the bot: `run`, `demo`, `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot import __version__
from bot.cli.base import as_json_option, build_bot, cli, load_settings, print_rows

if TYPE_CHECKING:
    from bot.app import Bot
    from bot.model import Event


@cli.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Run the bot: watch, tell, and keep its page. It posts elsewhere only with publish = true."""
    import asyncio

    from bot import log
    from bot.settings import secret_values

    log.configure(load_settings(ctx).settings.log_level, hide=secret_values())
    bot = build_bot(ctx)
    click.echo(_greeting(bot), err=True)
    asyncio.run(bot.run())


def _greeting(bot: Bot) -> str:
    settings = bot.settings
    live = sorted(bot.pipeline.habits.live)
    posts = f"posts to {', '.join(live)}" if settings.publishing.publish else "preview: posts only on its own page"
    return (
        f"smallprint {__version__}: {len(bot.store.policies())} policies, {posts}; "
        f"pages at http://{settings.web.host}:{settings.web.port}/ (Ctrl-C ends it)"
    )


@cli.command()
@click.option("--stay", is_flag=True, help="Keep the pages up afterwards, to look at.")
def demo(stay: bool) -> None:
    """Show the whole bot on an invented company, with no account and no network but loopback."""
    import asyncio

    from bot.demo import run_demo

    asyncio.run(run_demo(stay=stay))


@cli.command()
@click.argument("policy", required=False)
@as_json_option
@click.pass_context
def check(ctx: click.Context, policy: str | None, as_json: bool) -> None:
    """Check every policy that is due, or one POLICY (service/document) now, and send what is owed."""
    import asyncio

    from bot.model import EventKind

    events: list[Event] = []
    bot = build_bot(ctx, report=events.append)

    async def once() -> None:
        bot.take_over()
        if policy:
            await bot.pipeline.check(bot.store.policy(policy))
            await bot.pipeline.publish_due()
        else:
            await bot.round()
        await bot.aclose()

    asyncio.run(once())
    print_rows(
        (
            {
                "event": event.kind.value,
                "policy": event.policy.id if event.policy else None,
                "platform": event.publisher or None,
                "address": event.receipt.url if event.receipt else None,
                "reasons": list(event.reasons),
                "why": "; ".join(event.reasons),
            }
            for event in events
        ),
        as_json,
        "{event:<28} {policy}{platform}  {address}{why}",
        "Nothing was due.",
    )
    trouble = {EventKind.FAILED, EventKind.STILL_FAILING, EventKind.NOT_ASKED, EventKind.NOT_SENT}
    ctx.exit(1 if any(event.kind in trouble for event in events) else 0)
