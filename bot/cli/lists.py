"""What the bot keeps lists of: `watch`, `requests`, `outbox`."""

from __future__ import annotations

import click

from bot.cli.base import as_json_option, build_bot, cli, print_rows


@cli.group()
def watch() -> None:
    """What is watched: add, list, remove, pause."""


@watch.command("add")
@click.argument("url")
@click.option("--service", default="", help="The company or product, where the page does not say it right.")
@click.option("--document", default="", help="The document's type (Privacy Policy, Terms of Service, ...).")
@click.option("--select", multiple=True, help="A CSS selector of the policy text (may be given again).")
@click.pass_context
def watch_add(ctx: click.Context, url: str, service: str, document: str, select: tuple[str, ...]) -> None:
    """Watch the policy at URL (an address, or a site whose policy is to be found)."""
    import asyncio
    from dataclasses import replace

    from bot.errors import ConfigError
    from bot.model import Source
    from bot.watch.discover import discover
    from bot.watch.watchlist import policy_id

    bot = build_bot(ctx)

    async def find() -> None:
        try:
            found = await discover(f"{url} {document}".strip(), bot.fetcher.get, bot.extractor)
        finally:
            await bot.fetcher.aclose()
            await bot.extractor.aclose()
        policy = found.policy(Source.OPERATOR)
        named = replace(policy, service=service or policy.service, document=document or policy.document, select=select)
        named = replace(named, id=policy_id(named.service, named.document))
        there = {each.id: each for each in bot.store.policies()}.get(named.id)
        if there is not None and there.url != named.url:
            raise ConfigError(
                f"{named.id} is watched already at {there.url}: remove it first, or tell the two apart with --service "
                "or --document.",
                about=named.id,
            )
        bot.store.add_policy(named)
        click.echo(f"Watching {named.id}: {named.name}, {named.language or 'language unknown'}, {found.words:,} words")
        click.echo(f"  {named.url}")

    asyncio.run(find())


@watch.command("list")
@as_json_option
@click.pass_context
def watch_list(ctx: click.Context, as_json: bool) -> None:
    """Every watched policy and how it is."""
    bot = build_bot(ctx)
    print_rows(
        (
            {
                "id": health.policy.id,
                "service": health.policy.service,
                "document": health.policy.document,
                "url": health.policy.url,
                "source": health.policy.source.value,
                "paused": health.policy.paused,
                "health": "paused"
                if health.policy.paused
                else health.failing or ("well" if health.last_read_at else "not read yet"),
                "last_read_at": health.last_read_at.isoformat() if health.last_read_at else None,
            }
            for health in bot.store.health()
        ),
        as_json,
        "{id:<44} {health:<20} {url}",
        "Nothing is watched yet: `smallprint watch add URL`.",
    )


@watch.command("remove")
@click.argument("policy")
@click.pass_context
def watch_remove(ctx: click.Context, policy: str) -> None:
    """Stop watching POLICY (service/document); what was told of it stays."""
    build_bot(ctx).store.remove_policy(policy)
    click.echo(f"No longer watching {policy}.")


@watch.command("pause")
@click.argument("policy")
@click.option("--off", is_flag=True, help="Go on watching it.")
@click.pass_context
def watch_pause(ctx: click.Context, policy: str, off: bool) -> None:
    """Leave POLICY alone for a while."""
    build_bot(ctx).store.pause_policy(policy, paused=not off)
    click.echo(f"{'Watching' if off else 'Paused'} {policy}.")


# ---- what people asked for --------------------------------------------------------------------------------------


@cli.group()
def requests() -> None:
    """What people asked for: list, approve, refuse."""


@requests.command("list")
@click.option("--waiting", is_flag=True, help="Only what waits for your word.")
@as_json_option
@click.pass_context
def requests_list(ctx: click.Context, waiting: bool, as_json: bool) -> None:
    """Who asked for which policy, and where it stands."""
    from bot.model import RequestState

    store = build_bot(ctx).store
    print_rows(
        (
            {
                "id": watch.id,
                "state": watch.state.value,
                "platform": watch.mention.platform,
                "who": watch.mention.author,
                # What was refused stays so when who asked is gone, and then nothing more is known of them.
                "asked_by": f"@{watch.mention.author} on {watch.mention.platform}" if watch.mention.id else "forgotten",
                "policy": watch.policy_id,
                "url": watch.url,
                "asked_at": watch.asked_at.isoformat(),
            }
            for watch in store.watches(states=[RequestState.WAITING] if waiting else [])
        ),
        as_json,
        "{id:>5}  {state:<9} {asked_at:.16}  {asked_by}: {url}",
        "Nothing waits for you." if waiting else "Nobody has asked for anything yet.",
    )


def _decide(ctx: click.Context, request: int, state: str) -> None:
    from bot.model import RequestState

    watch = build_bot(ctx).desk.decide(request, RequestState(state))
    click.echo(f"{watch.state.value.capitalize()}: {watch.url}, asked for by @{watch.mention.author}.")


@requests.command("approve")
@click.argument("request", type=int)
@click.pass_context
def requests_approve(ctx: click.Context, request: int) -> None:
    """Watch what REQUEST (a number of `requests list`) asks for."""
    _decide(ctx, request, "approved")


@requests.command("refuse")
@click.argument("request", type=int)
@click.pass_context
def requests_refuse(ctx: click.Context, request: int) -> None:
    """Do not watch what REQUEST (a number of `requests list`) asks for."""
    _decide(ctx, request, "refused")


# ---- what is owed to the platforms -------------------------------------------------------------------------------


@cli.group()
def outbox() -> None:
    """What is owed to the platforms: list, retry, discard."""


@outbox.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what was sent or discarded.")
@as_json_option
@click.pass_context
def outbox_list(ctx: click.Context, everything: bool, as_json: bool) -> None:
    """What is owed, unknown or parked, and why."""
    from bot.model import DeliveryState

    store = build_bot(ctx).store
    for platform, why in store.paused_platforms().items():
        click.echo(
            f"{platform} is paused: {why} Mend it, then `smallprint outbox retry --platform {platform}`.", err=True
        )
    states = () if everything else (DeliveryState.OWED, DeliveryState.UNKNOWN, DeliveryState.PARKED)
    print_rows(
        (
            {
                "id": delivery.id,
                "state": delivery.state.value,
                "platform": delivery.publisher,
                "about": delivery.about,
                "part": delivery.part.number + 1,
                "attempts": delivery.attempts,
                "problem": delivery.problem or None,
                "address": delivery.receipt.url if delivery.receipt else None,
            }
            for delivery in store.deliveries(states=states)
        ),
        as_json,
        "{id:>5}  {state:<9} {platform:<9} {about} part {part}  {address}{problem}",
        "Nothing is owed.",
    )


@outbox.command("retry")
@click.argument("delivery", type=int, required=False)
@click.option("--platform", default="", help="Go on with a paused platform.")
@click.pass_context
def outbox_retry(ctx: click.Context, delivery: int | None, platform: str) -> None:
    """Send DELIVERY (a number of `outbox list`) again; it is read back first where its result is unknown."""
    from bot.model import DeliveryState

    store = build_bot(ctx).store
    if platform:
        store.resume_platform(platform)
        click.echo(f"Going on with {platform}.")
    if delivery is not None:
        steered = store.steer(delivery, DeliveryState.OWED)
        click.echo(f"{steered.about} on {steered.publisher} will be tried again.")
    if not platform and delivery is None:
        raise click.UsageError("Name a delivery, or a platform with --platform.")


@outbox.command("discard")
@click.argument("delivery", type=int)
@click.pass_context
def outbox_discard(ctx: click.Context, delivery: int) -> None:
    """Never send DELIVERY (a number of `outbox list`)."""
    from bot.model import DeliveryState

    steered = build_bot(ctx).store.steer(delivery, DeliveryState.DISCARDED)
    click.echo(f"{steered.about} on {steered.publisher} is discarded.")
