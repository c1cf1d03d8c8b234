"""Problem set 2: a wrong answer loses the points of what it got wrong, and is told why."""

import assignments
import pytest

SITES = '''
def sites_of(model):
    found = {}
    for path, _ in model.named_modules():
        if path.endswith(%s):
            found[path] = "out"
        elif path.endswith(%s):
            found[path] = "in"
    return found
'''
OUT = '("attention.self.key", "attention.self.value", "query_key_value", "k_proj", "v_proj")'
FIND = '''
def find_channels(attend, width):
    y = torch.randn(1, %d, width, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = {"queries": [], "keys": [], "values": []}
    for channel in range(width):
        changed = y.clone()
        changed[0, 0, channel] += 1
        moved = (attend(changed) - attend(y)).abs().amax(-1)[0] > 1e-9
        one = (attend(changed[:, :1]) - attend(y[:, :1])).abs().max() > 1e-9
        found["values" if one else "%s" if moved[-1] else "%s"].append(channel)
    return found
'''
THIRDS = '''
def find_channels(attend, width):
    third = width // 3
    return dict(zip(("queries", "keys", "values"), torch.arange(width).view(3, third).tolist()))
'''
COUNT = '''
def count_values(config):
    heads = getattr(config, "num_key_value_heads", config.num_attention_heads) %s
    d_k = heads * (%s config.hidden_size // config.num_attention_heads)
    d_ff = getattr(config, "intermediate_size", 4 * config.hidden_size)
    %s
    return config.num_hidden_layers * (2 * d_k + d_ff)
'''
OWN = 'getattr(config, "head_dim", None) or'
GUARD = 'if config.model_type not in ("bert", "bloom", "llama"): raise ValueError(config.model_type)'
SAYS_ALL = """if config.model_type not in ("bert", "bloom", "llama"):
        raise ValueError(f"none of mine:\\n{'=' * 400}\\n{config}")"""
RANK = "def largest_rank(d_model, d_kv, n_layers, budget): return {}"
ANSWERS = [
    ("sites_of", SITES % (OUT, '("4h_to_h", "down_proj", "output.dense")'), 4, "belongs to the attention"),
    ("sites_of", SITES % (OUT, '("4h_to_h", "up_proj")'), 2, "left out"),
    ("sites_of", SITES % ('("key", "value", "k_proj", "v_proj")', '("down_proj",)'), 2, "left out"),
    ("sites_of", "def sites_of(model): return list(dict(model.named_modules()))", 0, "a dict of texts"),
    ("find_channels", FIND % (3, "keys", "queries"), 6, ""),
    ("find_channels", FIND % (3, "queries", "keys"), 2, "these are the queries"),
    ("find_channels", FIND % (1, "keys", "queries"), 2, "count what each experiment"),
    ("find_channels", THIRDS, 0, "count what each experiment"),
    ("count_values", COUNT % ("", OWN, GUARD), 4, ""),
    ("count_values", COUNT % ("", OWN, SAYS_ALL), 4, ""),
    ("count_values", COUNT % ("", "", GUARD), 3, "a width of its own"),
    ("count_values", COUNT % ("", OWN, ""), 3, "names gpt2"),
    ("count_values", COUNT % ("* 0 + config.num_attention_heads", OWN, GUARD), 3, "fewer heads than queries"),
    ("largest_rank", RANK.format("budget // (n_layers * (3 * d_model + d_kv))"), 2, ""),
    ("largest_rank", RANK.format("budget // (n_layers * 4 * d_model)"), 0, "d_kv outputs"),
    ("largest_rank", RANK.format("budget / (n_layers * (3 * d_model + d_kv))"), 0, "a whole number"),
    ("mine", 'mine = {"keys": [0, 1, 2], "values": [3, 4, 5]}', 0, "of this attention"),
    ("mine", "mine = {'keys': torch.tensor([1])}", 0, "a dict with the channels"),
]


@pytest.mark.parametrize(("grade_id", "source", "points", "said"), ANSWERS)
def test_an_answer_gets_the_points_of_what_it_got_right(grade_id, source, points, said, capsys) -> None:
    earned, _ = assignments.run_all("ps2", {grade_id: source}, only=grade_id)
    assert earned[f"{grade_id}_check"] == points
    assert said in capsys.readouterr().out
