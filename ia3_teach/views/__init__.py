"""Pictures: pure `plot_*` functions, and thin `explore_*` controls around them. Lessons import from here."""

from typing import TYPE_CHECKING

from ia3_teach.lazy import handed_out

if TYPE_CHECKING:  # what editors see; the same names as below
    from ia3_teach.views.ablation import plot_ablation, plot_kinds
    from ia3_teach.views.attention import plot_attention, plot_inner, plot_norms
    from ia3_teach.views.bends import plot_bends
    from ia3_teach.views.bill import plot_break_even, plot_table
    from ia3_teach.views.blend_explorer import explore_blend
    from ia3_teach.views.blending import Blend, mix_tasks, plot_blend
    from ia3_teach.views.block_picture import plot_block
    from ia3_teach.views.budget_bars import Sizes, budget, plot_budget, plot_parts
    from ia3_teach.views.budget_explorer import explore_budget
    from ia3_teach.views.by_hand import plot_channels, plot_folded, plot_two_axes
    from ia3_teach.views.chance import plot_against_chance
    from ia3_teach.views.channel_explorer import explore_channels
    from ia3_teach.views.channel_facts import Channel, inspect_channels
    from ia3_teach.views.channels import plot_channel
    from ia3_teach.views.context import median, plot_changes, plot_shots, plot_turned
    from ia3_teach.views.curves import plot_lines, plot_losses
    from ia3_teach.views.delta import plot_deltas, smallest_cosine
    from ia3_teach.views.departures import plot_concentration, plot_distribution
    from ia3_teach.views.desk import plot_desk
    from ia3_teach.views.desk_explorer import explore_desk
    from ia3_teach.views.desk_grid import Desk, turn_switches
    from ia3_teach.views.dial import plot_accuracy, plot_answers, plot_dial
    from ia3_teach.views.dial_explorer import explore_dial
    from ia3_teach.views.dial_grid import turn_dial
    from ia3_teach.views.family_tree import plot_family
    from ia3_teach.views.film import plot_frame
    from ia3_teach.views.film_explorer import explore_film
    from ia3_teach.views.frontier import Score, plot_frontier, unbeaten
    from ia3_teach.views.gauge import plot_gauge
    from ia3_teach.views.gauge_explorer import explore_gauge
    from ia3_teach.views.groups import plot_groups
    from ia3_teach.views.head_maps import plot_heads
    from ia3_teach.views.heat_map import plot_vectors
    from ia3_teach.views.intervals import plot_intervals
    from ia3_teach.views.lost_bits import plot_lost_bits
    from ia3_teach.views.many_tasks import plot_profiles
    from ia3_teach.views.measured import plot_rounds, plot_sizes
    from ia3_teach.views.memory import plot_memory
    from ia3_teach.views.merging import plot_microscope
    from ia3_teach.views.merging_explorer import explore_merge, ia3_sites, microscope
    from ia3_teach.views.prices import Price, plot_prices
    from ia3_teach.views.pull import plot_pull
    from ia3_teach.views.pushes import plot_pushes
    from ia3_teach.views.puzzle import plot_attention_changes, plot_landings, plot_roles
    from ia3_teach.views.reach import of_rank, plot_reach
    from ia3_teach.views.reach_explorer import explore_reach
    from ia3_teach.views.recovery import plot_error_by_weight, plot_recovery
    from ia3_teach.views.results_table import by_examples, plot_leads, plot_medians
    from ia3_teach.views.scale import plot_scale
    from ia3_teach.views.scores import plot_bars
    from ia3_teach.views.similarity import plot_numbers
    from ia3_teach.views.spectra import plot_ranks, plot_spectra
    from ia3_teach.views.staircase import plot_staircase
    from ia3_teach.views.style import describe, show
    from ia3_teach.views.sweep import best_rate, plot_sweep
    from ia3_teach.views.tails import plot_tails
    from ia3_teach.views.token_strip import plot_tokens
    from ia3_teach.views.trained_parts import plot_trained
    from ia3_teach.views.vector_explorer import Explorer, explore_map, explore_vectors

__all__, __getattr__, __dir__ = handed_out(
    __name__,
    {
        "ablation": "plot_ablation plot_kinds",
        "attention": "plot_attention plot_inner plot_norms",
        "bends": "plot_bends",
        "bill": "plot_break_even plot_table",
        "blending": "Blend mix_tasks plot_blend",
        "blend_explorer": "explore_blend",
        "block_picture": "plot_block",
        "budget_bars": "Sizes budget plot_budget plot_parts",
        "budget_explorer": "explore_budget",
        "by_hand": "plot_channels plot_folded plot_two_axes",
        "chance": "plot_against_chance",
        "channel_explorer": "explore_channels",
        "channel_facts": "Channel inspect_channels",
        "channels": "plot_channel",
        "context": "median plot_changes plot_shots plot_turned",
        "curves": "plot_lines plot_losses",
        "delta": "plot_deltas smallest_cosine",
        "departures": "plot_concentration plot_distribution",
        "desk": "plot_desk",
        "desk_explorer": "explore_desk",
        "desk_grid": "Desk turn_switches",
        "dial": "plot_accuracy plot_answers plot_dial",
        "dial_explorer": "explore_dial",
        "dial_grid": "turn_dial",
        "family_tree": "plot_family",
        "film": "plot_frame",
        "film_explorer": "explore_film",
        "frontier": "Score plot_frontier unbeaten",
        "gauge": "plot_gauge",
        "gauge_explorer": "explore_gauge",
        "groups": "plot_groups",
        "head_maps": "plot_heads",
        "heat_map": "plot_vectors",
        "intervals": "plot_intervals",
        "lost_bits": "plot_lost_bits",
        "many_tasks": "plot_profiles",
        "measured": "plot_rounds plot_sizes",
        "memory": "plot_memory",
        "merging": "plot_microscope",
        "merging_explorer": "explore_merge ia3_sites microscope",
        "prices": "Price plot_prices",
        "pull": "plot_pull",
        "pushes": "plot_pushes",
        "puzzle": "plot_attention_changes plot_landings plot_roles",
        "reach": "of_rank plot_reach",
        "reach_explorer": "explore_reach",
        "recovery": "plot_error_by_weight plot_recovery",
        "results_table": "by_examples plot_leads plot_medians",
        "scale": "plot_scale",
        "scores": "plot_bars",
        "similarity": "plot_numbers",
        "spectra": "plot_ranks plot_spectra",
        "staircase": "plot_staircase",
        "style": "describe show",
        "sweep": "best_rate plot_sweep",
        "tails": "plot_tails",
        "token_strip": "plot_tokens",
        "trained_parts": "plot_trained",
        "vector_explorer": "Explorer explore_map explore_vectors",
    },
)
