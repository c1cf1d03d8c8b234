"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% join_pair | r | a copy with its start overwritten
def join_pair(prompt_ids, answer_ids, eos_id):
    ids = prompt_ids + answer_ids + [eos_id]
    labels = list(ids)
    for place in range(len(prompt_ids)):
        labels[place] = -100
    return ids, labels
#%% join_pair | w | appends to the answer
def join_pair(prompt_ids, answer_ids, eos_id):
    answer_ids.append(eos_id)
    return prompt_ids + answer_ids, [-100] * len(prompt_ids) + answer_ids
#%% join_pair | w | by value
def join_pair(prompt_ids, answer_ids, eos_id):
    ids = prompt_ids + answer_ids + [eos_id]
    return ids, [-100 if t in prompt_ids else t for t in ids]
#%% cut_rows | r | a loop with continue
def cut_rows(rows, max_length):
    kept = []
    for row in rows:
        labels = row["labels"][:max_length]
        if set(labels) <= {-100}:
            continue
        kept.append(dict(input_ids=row["input_ids"][:max_length], labels=labels))
    return kept
#%% cut_rows | w | looks before the cut
def cut_rows(rows, max_length):
    return [{k: v[:max_length] for k, v in r.items()} for r in rows if any(t != -100 for t in r["labels"])]
#%% cut_rows | w | the end is kept
def cut_rows(rows, max_length):
    out = [{k: v[-max_length:] for k, v in r.items()} for r in rows]
    return [r for r in out if any(t != -100 for t in r["labels"])]
#%% answer_loss | r | gathered and masked
def answer_loss(logits, labels):
    lp = logits[:, :-1].log_softmax(-1)
    wanted = labels[:, 1:]
    keep = wanted != -100
    picked = lp.gather(-1, wanted.clamp(min=0)[..., None])[..., 0]
    return -(picked * keep).sum() / keep.sum()
#%% answer_loss | w | a mean for each text
def answer_loss(logits, labels):
    losses = [nn.functional.cross_entropy(z[:-1], y[1:]) for z, y in zip(logits, labels)]
    return torch.stack(losses).mean()
#%% answer_loss | w | a number
def answer_loss(logits, labels):
    return nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()).item()
#%% answer_loss | w | not shifted
def answer_loss(logits, labels):
    return nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
#%% answer_loss | w | flattened first, shifted afterwards
def answer_loss(logits, labels):
    flat, marks = logits.flatten(0, 1)[:-1], labels.flatten()[1:]
    return nn.functional.cross_entropy(flat, marks)
#%% join_pair | w | no second end where the answer has one
def join_pair(prompt_ids, answer_ids, eos_id):
    learned = list(answer_ids)
    if not learned or learned[-1] != eos_id:
        learned.append(eos_id)
    return list(prompt_ids) + learned, [-100] * len(prompt_ids) + learned
#%% cut_rows | w | at most max_length rows
def cut_rows(rows, max_length):
    return [{k: v[:max_length] for k, v in r.items()} for r in rows[:max_length] if any(t != -100 for t in r["labels"][:max_length])]
#%% join_pair | w | labels is another name of input_ids
def join_pair(prompt_ids, answer_ids, eos_id):
    input_ids = prompt_ids + answer_ids + [eos_id]
    labels = input_ids
    for i in range(len(prompt_ids)):
        labels[i] = -100
    return input_ids, labels
#%% answer_loss | w | token 0 left out
def answer_loss(logits, labels):
    wanted = labels[:, 1:]
    mask = wanted > 0
    picked = logits[:, :-1].log_softmax(-1).gather(-1, wanted.clamp(min=0)[..., None])[..., 0]
    return -(picked * mask).sum() / mask.sum()
#%% answer_loss | r | rolled labels, NLLLoss
def answer_loss(logits, labels):
    target = labels.roll(-1, dims=1).clone()
    target[:, -1] = -100
    return nn.NLLLoss(ignore_index=-100)(logits.log_softmax(dim=-1).transpose(1, 2), target)
