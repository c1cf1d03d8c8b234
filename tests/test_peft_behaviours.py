"""What PEFT 0.21.2 does with IA3, what this library does, and the test that shows it.

One row for each documented behaviour: PEFT's words or calls, "same", "better" or "different" (on purpose),
what happens here, and the test. Rows whose test is in no other file have it below the table.
"""

import ast
from pathlib import Path

import peft
import pytest
import torch
from small_models import bert, randomise, tokens
from torch import nn

from ia3_teach import IA3, LoRA, activate, attach, count, detach, merge
from ia3_teach.layer import wrapped

HERE = "test_peft_behaviours::"
TABLE = [
    # Settings
    ("target_modules, a list: names and tails at dots", "same", "patterns, * stands for one segment",
     "sites/test_patterns::test_a_part_of_a_segment_is_no_match"),
    ("target_modules, a string: a regex over whole paths", "same", "a compiled expression; text is a pattern",
     "sites/test_targets::test_ia3_takes_pefts_modules_and_sides"),
    ('target_modules="all-linear": no output embedding, no head', "same", 'sites="all-linear"',
     "sites/test_architectures::test_all_linear_is_pefts"),
    ("target_modules=None: a table by model_type", "same", 'sites="peft"',
     "sites/test_architectures::test_peft_sites_are_pefts_modules_sides_and_counts"),
    ("the default is that table", "different", "the default is the paper's l_k, l_v, l_ff",
     "test_golden_counts::test_default_targets_and_paper_sites"),
    ("an unknown model_type is a ValueError", "better", "the error lists the known ones",
     "sites/test_architectures::test_an_unknown_architecture_lists_the_known_ones"),
    ("a wrong target is an error, one of several is silent", "better", "each is an error",
     "test_differences::test_one_misspelt_target_among_several_is_silent_in_peft_and_refused_here"),
    ("exclude_modules; a warning if nothing matches", "better", "an error if nothing matches",
     "sites/test_refused_targets::test_settings_that_fit_nothing_are_refused"),
    ("feedforward_modules: tails of names, dots or not", "different", "each target has its side",
     HERE + "test_a_side_belongs_to_its_target_alone"),
    ("feedforward_modules, a string: no match when nested", "different", "each target has its side",
     HERE + "test_a_side_belongs_to_its_target_alone"),
    ("feedforward must be in target, checked for sets alone", "different", "one dict holds both",
     "test_adapters::test_an_attach_that_fails_changes_nothing"),
    ("fan_in_fan_out, flipped with a warning", "better", "read from the layer",
     "sites/test_architectures::test_merged_is_unmerged"),
    ("modules_to_save: copies trained and saved", "same", "modules_to_save",
     "test_against_peft::test_gradients_of_everything_trained"),
    ("SEQ_CLS adds the classifier", "same", "the model's new head, whatever the task is called",
     "test_against_peft::test_trainable_counts"),
    ("a saved module is never a target", "same", "an error where one is named as both",
     "test_adapters::test_an_attach_that_fails_changes_nothing"),
    ("init_ia3_weights=False: random vectors", "different", "ones: it starts at the frozen model",
     "test_adapters::test_a_new_adapter_changes_nothing_yet"),
    ("layers_to_transform does not exist for IA3", "better", "layers=[...]",
     "sites/test_targets::test_ia3_in_some_blocks_only"),
    # Layers
    ("Linear and Conv1D", "same", "both",
     "sites/test_architectures::test_peft_sites_are_pefts_modules_sides_and_counts"),
    ("Conv2d and Conv3d", "different", "refused: none here",
     HERE + "test_convolutions_are_refused"),
    ("Embedding and other layers are refused", "same", "refused by name and type",
     "sites/test_refused_targets::test_refused"),
    ("MultiheadAttention.out_proj and the encoder's fast path: no effect, no error", "better", "refused",
     "sites/test_refused_targets::test_refused"),
    ('"all-linear" takes such layers too, with no effect', "better", "refused by name until excluded",
     "sites/test_refused_targets::test_all_linear_refuses_what_it_cannot_reach_until_it_is_excluded"),
    ("8-bit and 4-bit layers: forward, but no merging", "different", "refused when attached",
     "test_dtypes::test_whole_numbers_cannot_carry_an_adapter"),
    ("side out: l (W x + b), bias included; side in: W (l x) + b", "same", "the same numbers to 1e-12",
     "test_against_peft::test_outputs"),
    ("gradients", "same", "the same numbers to 1e-12",
     "test_against_peft::test_gradients_of_everything_trained"),
    ("keeps the unscaled activation for backward", "better", "keeps what the frozen model keeps",
     "lean/test_scaling::test_less_is_kept_for_backward_than_with_peft_or_lora"),
    ("several active vectors multiply", "same", "the product",
     "test_adapters::test_two_active_vectors_multiply"),
    ("a second adapter on a layer gets the first one's side", "better", "each has its own",
     "test_adapters::test_adapters_of_different_sides_share_a_layer"),
    ("half-precision vectors become float32 unless told not to", "better", "always at least float32",
     "test_dtypes::test_dtypes_of_adapters_and_outputs"),
    ("results in the dtype of the activation", "same", "the same",
     "test_dtypes::test_dtypes_of_adapters_and_outputs"),
    ("sites inside fused layers: all channels, queries too", "different", "keys and values alone",
     "test_against_peft::test_paper_sites_on_bloom_leave_out_the_queries"),
    # Verbs
    ("add_adapter, set_adapter, delete_adapter", "same", "attach, activate, detach",
     "test_adapters::test_detaching_one_leaves_the_others"),
    ("deleting the active adapter activates another", "different", "none is active then",
     HERE + "test_detaching_the_active_adapter_activates_no_other"),
    ("deleting a merged adapter is an error", "same", "an error",
     "test_merging::test_what_a_merged_model_refuses"),
    ("PeftModel.set_adapter([...]) is a TypeError", "better", "activate takes a name, several or None",
     "test_adapters::test_two_active_vectors_multiply"),
    ("disable_adapter(): the bare model", "same", "with disabled(model)",
     "test_adapters::test_none_and_disabled_are_the_bare_model"),
    ("disable_adapter() on a merged model unmerges it for good", "better", "refused: unmerge first",
     "test_adapters::test_a_merged_model_refuses_changes"),
    ("set_adapter on a merged model unmerges it", "different", "refused: unmerge first",
     "test_adapters::test_a_merged_model_refuses_changes"),
    ("merge_adapter: weight and bias", "same", "the same numbers to 1e-12",
     "test_against_peft::test_merged_weights_and_biases"),
    ("merge_adapter(adapter_names)", "different", "activate those, then merge",
     "test_merging::test_merged_computes_the_same_with_the_bare_models_layers"),
    ("merging twice does nothing", "different", "refused", "test_merging::test_what_a_merged_model_refuses"),
    ("safe_merge=True refuses what is not finite", "better", "always",
     "test_merging::test_one_layer_that_would_not_be_finite_stops_it_all"),
    ("unmerge_adapter divides by l + 1e-8", "better", "puts the originals back",
     "test_merging::test_unmerging_by_division_would_not_do"),
    ("merge_and_unload: a plain model", "same", "a merged model has plain layers alone",
     "test_merging::test_merged_computes_the_same_with_the_bare_models_layers"),
    ("unload: the bare model bit for bit", "same", "detach(model)",
     "test_adapters::test_detached_all_is_as_before"),
    ("add_weighted_adapter: the sum of w l", "same", "combine, where weights add up to 1",
     "arithmetic/test_combining::test_where_weights_add_up_to_1_and_nothing_is_missing_peft_agrees"),
    ("add_weighted_adapter counts a missing adapter as 0", "better", "it counts as 1",
     "arithmetic/test_combining::test_peft_starts_its_weighted_sum_from_zero"),
    ("add_weighted_adapter: silent about a taken name or too few weights", "better", "refused",
     "arithmetic/test_combining::test_refused_with_the_model_unchanged"),
    ("add_weighted_adapter: the result is not trainable", "different", "it is active and trainable",
     "arithmetic/test_combining::test_heads_are_averaged"),
    ("sums when combining, multiplies when active", "better", 'both: how="mean", how="geometric"',
     "arithmetic/test_combining::test_several_active_are_the_product_and_not_the_mean"),
    ("adapter_names=[...], one per row: ignored", "better", "with rows(model, [...])",
     "test_differences::test_a_batch_of_several_tasks_is_ignored_by_peft_and_supported_here"),
    ("PeftMixedModel refuses IA3 beside LoRA", "better", "both active, in the order of activation",
     "test_adapters::test_vectors_and_low_rank_together_apply_in_the_order_of_activation"),
    ("convert_to_lora is not there for IA3", "same", "not there: a diagonal scale has full rank",
     HERE + "test_a_scale_has_full_rank"),
    ("hotswap is not there for IA3", "different", "load beside the others, then activate",
     "test_files::test_one_of_several_is_saved_and_loaded_beside_others"),
    ("get_nb_trainable_parameters counts heads twice", "better", "once",
     "test_against_peft::test_total_counts_but_peft_counts_the_head_twice"),
    # Files
    ("save_pretrained: names and shapes of tensors", "same", "save_adapter",
     "test_against_peft_files::test_both_write_the_same_names_and_shapes"),
    ("from_pretrained", "same", "reads ours without a warning",
     "test_against_peft_files::test_peft_reads_ours"),
    ("its directories", "same", "load_adapter reads them", "test_against_peft_files::test_ours_reads_peft"),
    ("other architectures: T5, Llama, GPT-2", "same", "both ways",
     "test_files_by_architecture::test_both_ways"),
    ("README.md beside the two files", "different", "the two files alone", "test_files::test_round_trip"),
    ("a sub-folder for other names than default", "different", "the directory that was named",
     "test_files::test_one_of_several_is_saved_and_loaded_beside_others"),
    ("adapter_model.bin, a pickle, is read", "different", "refused unopened",
     "test_files::test_a_damaged_directory_leaves_the_model_untouched"),
    ("another base model of the same shape is not noticed", "better", "refused",
     "test_files::test_another_base_model"),
    # Its table of targets
    ("t5, llama, mistral; mt5 through wi_1: the paper's sites", "same", "the paper's sites",
     "t_few/test_checkpoint::test_scaling_the_output_of_wi_1_is_scaling_the_input_of_wo"),
    ("ungated mt5: wi_1 matches nothing, silently no l_ff", "better", "refused",
     "sites/test_architectures::test_an_ungated_mt5_is_refused_where_peft_drops_l_ff"),
    ("bert, roberta: output.dense also means attention.output.dense", "different", "left out: it repeats l_v",
     "test_differences::test_pefts_fourth_vector_on_bert_is_l_v_again"),
    ("bloom, gpt2, gpt_neox, falcon: queries scaled too", "different", "left out: they repeat l_k",
     "test_differences::test_pefts_scaled_queries_on_bloom_are_l_k_again"),
    ("opt: q and k, no v; gemma, qwen, phi: q instead of k", "different", "k and v everywhere",
     "sites/test_architectures::test_paper_sites_scale_exactly_keys_values_and_inner_activations"),
    ("distilbert: no default", "better", "the paper's sites",
     "sites/test_architectures::test_distilbert_has_no_default_in_peft"),
]  # fmt: skip


def test_every_row_names_a_verdict_and_a_test_that_exists() -> None:
    folder = Path(__file__).parent
    for _, verdict, _, test in TABLE:
        file, name = test.split("::")
        functions = {node.name for node in ast.parse((folder / f"{file}.py").read_text()).body
                     if isinstance(node, ast.FunctionDef)}  # fmt: skip
        assert verdict in ("same", "better", "different") and name in functions, test
    assert len({row[0] for row in TABLE}) == len(TABLE)


class Nested(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = nn.ModuleDict({"v_proj": nn.Linear(6, 8), "proj": nn.Linear(8, 6)})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.block["proj"](self.block["v_proj"](x))


@pytest.mark.parametrize(
    ("feed_forward", "shapes"), [(["proj"], [(1, 6), (1, 8)]), ("proj", [(8, 1), (6, 1)])], ids=str
)
def test_a_side_belongs_to_its_target_alone(feed_forward: list[str] | str, shapes: list) -> None:
    """In PEFT ["proj"] also turns v_proj to its input, and "proj" alone turns neither."""
    config = peft.IA3Config(target_modules=["v_proj", "proj"], feedforward_modules=feed_forward)
    named = peft.get_peft_model(Nested(), config).named_parameters()
    assert [tuple(p.shape) for name, p in named if "ia3_l" in name] == shapes
    model = Nested()
    attach(model, IA3(sites={"v_proj": "out", "proj": "in"}))
    sides = {path: place.adapters["default"].side for path, place in wrapped(model).items()}
    assert sides == {"block.v_proj": "out", "block.proj": "in"}


@pytest.mark.parametrize("layer", [nn.Conv2d(2, 2, 1), nn.Conv3d(2, 2, 1)], ids=["2d", "3d"])
def test_convolutions_are_refused(layer: nn.Module) -> None:
    model = nn.Sequential(layer)
    with pytest.raises(ValueError, match="a module of type Conv[23]d: only Linear and Conv1D"):
        attach(model, IA3(sites={"0": "out"}))


def test_detaching_the_active_adapter_activates_no_other() -> None:
    model = bert()
    for name in "ab":
        attach(model, IA3(), name)
        randomise(model)
    detach(model, "b")
    assert model._ia3_teach.active == () and count(model).trainable == 0
    assert torch.equal(model(tokens()).logits, bert()(tokens()).logits)
    activate(model, "a")
    assert count(model).trainable > 0


def test_a_scale_has_full_rank() -> None:
    """(l - 1) W is a change of the weight of full rank: no LoRA of a small r holds it."""
    model = nn.Sequential(nn.Linear(8, 8).double())
    attach(model, IA3(sites={"0": "out"}))
    randomise(model)
    base = model[0].base.weight
    change = merge(model)[0].weight - base
    assert torch.linalg.matrix_rank(change) == 8
    assert torch.linalg.matrix_rank(low_rank_change(2)) == 2


def low_rank_change(r: int) -> torch.Tensor:
    model = nn.Sequential(nn.Linear(8, 8).double())
    attach(model, LoRA(r=r, sites=["0"]))
    randomise(model)
    return model[0].adapters["default"].delta()
