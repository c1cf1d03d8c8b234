"""A slider over the inner channels that an adapter moved farthest, each with its control."""

from collections.abc import Sequence

from ia3_teach.views.channel_facts import Channel
from ia3_teach.views.channels import channel_in_words, plot_channel
from ia3_teach.views.controls import Control, Controlled


def explore_channels(channels: Sequence[Channel]) -> Controlled:
    """What `inspect_channels` found, the farthest from 1 first."""
    stops = {f"{each.layer}.{each.channel}": each for each in channels}
    return Controlled(plot_channel, channel_in_words, [Control("block.channel", stops, next(iter(stops)))])
