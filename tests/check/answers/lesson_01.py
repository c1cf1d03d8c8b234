"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% few_shot_prompt | r | format and a list that grows
def few_shot_prompt(solved, row):
    lines = []
    for e in solved:
        lines.append("{} {}".format(e["prompt"], e["answer"]))
    lines.append(row["prompt"])
    return "\n".join(lines)
#%% few_shot_prompt | w | a blank line between
def few_shot_prompt(solved, row):
    return "\n\n".join([e["prompt"] + " " + e["answer"] for e in solved] + [row["prompt"]])
#%% few_shot_prompt | w | replaces the answer everywhere
def few_shot_prompt(solved, row):
    text = "\n".join(e["prompt"] + " " + e["answer"] for e in [*solved, row])
    return text.replace(" " + row["answer"], "")
#%% few_shot_prompt | w | at most three examples
def few_shot_prompt(solved, row):
    return "\n".join([e["prompt"] + " " + e["answer"] for e in solved[:3]] + [row["prompt"]])
#%% few_shot_prompt | w | strips the question
def few_shot_prompt(solved, row):
    return "\n".join([e["prompt"] + e["answer"] for e in solved] + [row["prompt"]])
#%% answer_scores | r | logsumexp, then picked
def answer_scores(logits, answers):
    return logits[:, answers] - torch.logsumexp(logits, -1)[:, None]
#%% answer_scores | r | cross entropy, negative
def answer_scores(logits, answers):
    columns = [-torch.nn.functional.cross_entropy(logits, torch.full((len(logits),), a), reduction="none") for a in answers]
    return torch.stack(columns, 1)
#%% answer_scores | w | the largest logit subtracted
def answer_scores(logits, answers):
    return (logits - logits.max(-1, keepdim=True).values)[:, answers]
#%% answer_scores | w | detached mean
def answer_scores(logits, answers):
    return logits.log_softmax(-1)[:, answers].mean(0)
#%% answer_scores | w | always two answers
def answer_scores(logits, answers):
    p = logits.log_softmax(-1)
    return torch.stack([p[:, answers[0]], p[:, answers[1]]], 1)
#%% prediction_flops | r | cost of one token first
def prediction_flops(n_values, n_examples, example_tokens, question_tokens):
    per_token = n_values * 2
    tokens = question_tokens + example_tokens * n_examples
    return tokens * per_token
#%% prediction_flops | w | examples cached
def prediction_flops(n_values, n_examples, example_tokens, question_tokens):
    return 2 * n_values * (min(n_examples, 1) * example_tokens + question_tokens)
#%% prediction_flops | w | integer division by a thousand
def prediction_flops(n_values, n_examples, example_tokens, question_tokens):
    return 2 * n_values * (n_examples * example_tokens + question_tokens) // 1000 * 1000
#%% prediction_flops | w | text
def prediction_flops(n_values, n_examples, example_tokens, question_tokens):
    return f"{2 * n_values * (n_examples * example_tokens + question_tokens):.1e}"
#%% few_shot_prompt | w | the example that is the row is left out
def few_shot_prompt(solved, row):
    return "\n".join([f"{e['prompt']} {e['answer']}" for e in solved if e["prompt"] != row["prompt"]] + [row["prompt"]])
#%% few_shot_prompt | w | answers in small letters
def few_shot_prompt(solved, row):
    return "\n".join([f"{e['prompt']} {e['answer'].lower()}" for e in solved] + [row["prompt"]])
#%% few_shot_prompt | w | format over the whole text
def few_shot_prompt(solved, row):
    template = "\n".join([e["prompt"] + " {}" for e in solved] + [row["prompt"]])
    return template.format(*[e["answer"] for e in solved])
#%% few_shot_prompt | w | percent formatting over the whole text
def few_shot_prompt(solved, row):
    text = "\n".join([e["prompt"] + " %s" for e in solved] + [row["prompt"]])
    return text % tuple(e["answer"] for e in solved)
#%% answer_scores | w | every answer once
def answer_scores(logits, answers):
    return logits.log_softmax(-1)[:, list(dict.fromkeys(answers))]
#%% prediction_flops | r | a Fraction comes back
from fractions import Fraction
def prediction_flops(n_values, n_examples, example_tokens, question_tokens):
    return 2 * Fraction(n_values) * (n_examples * example_tokens + question_tokens)
#%% few_shot_prompt | w | strips prompts and answers
def few_shot_prompt(solved, row):
    return "\n".join([f"{s['prompt'].strip()} {s['answer'].strip()}" for s in solved] + [row["prompt"].strip()])
#%% few_shot_prompt | w | the whole text is stripped
def few_shot_prompt(solved, row):
    return "\n".join([f"{s['prompt']} {s['answer']}" for s in solved] + [row["prompt"]]).strip()
#%% answer_scores | w | squeezed
def answer_scores(logits, answers):
    return logits.log_softmax(-1)[:, answers].squeeze()
#%% answer_scores | w | one largest logit for all rows
def answer_scores(logits, answers):
    z = logits - logits.max()
    return z[:, answers] - z.exp().sum(1, keepdim=True).log()
#%% answer_scores | r | the largest of each row
def answer_scores(logits, answers):
    z = logits - logits.amax(1, keepdim=True)
    return (z - z.exp().sum(1, keepdim=True).log())[:, answers]
