"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% choose_trainable | r | freeze, then thaw
def choose_trainable(model):
    model.requires_grad_(False)
    picked = []
    for name, p in model.named_parameters():
        if name.split(".")[-1] in {"l_k", "l_v", "l_ff"} or name.split(".")[0] == "classifier":
            p.requires_grad = True
            picked += [p]
    return picked
#%% choose_trainable | w | a generator
def choose_trainable(model):
    for name, p in model.named_parameters():
        p.requires_grad_(name.rpartition(".")[2] in ("l_k", "l_v", "l_ff") or name.startswith("classifier."))
    return (p for p in model.parameters() if p.requires_grad)
#%% choose_trainable | w | names
def choose_trainable(model):
    names = []
    for name, p in model.named_parameters():
        p.requires_grad_(name.rpartition(".")[2] in ("l_k", "l_v", "l_ff") or name.startswith("classifier."))
        if p.requires_grad:
            names.append(name)
    return names
#%% choose_trainable | w | head first
def choose_trainable(model):
    for name, p in model.named_parameters():
        p.requires_grad_(name.rpartition(".")[2] in ("l_k", "l_v", "l_ff") or name.startswith("classifier."))
    head = [p for n, p in model.named_parameters() if p.requires_grad and n.startswith("classifier.")]
    return head + [p for n, p in model.named_parameters() if p.requires_grad and not n.startswith("classifier.")]
#%% training_step | r | autograd.grad
def training_step(model, batch, parameters, learning_rate):
    out = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    loss = nn.functional.nll_loss(out.log_softmax(-1), batch["labels"])
    grads = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for p, g in zip(parameters, grads):
            p.copy_(p - learning_rate * g)
    return float(loss.detach())
#%% training_step | w | the gradient grows
def training_step(model, batch, parameters, learning_rate):
    loss = nn.functional.cross_entropy(model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits, batch["labels"])
    loss.backward()
    with torch.no_grad():
        for p in parameters:
            p -= learning_rate * p.grad
    return loss.item()
#%% training_step | w | all parameters of the model
def training_step(model, batch, parameters, learning_rate):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits, batch["labels"])
    loss.backward()
    optimizer.step()
    return loss.item()
#%% training_step | w | Adam
def training_step(model, batch, parameters, learning_rate):
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits, batch["labels"])
    loss.backward()
    optimizer.step()
    return loss.item()
#%% decay_to_one | r | weighted sum
def decay_to_one(l, learning_rate, weight_decay):
    keep = 1 - learning_rate * weight_decay
    return keep * l + (1 - keep)
#%% decay_to_one | w | towards 0
def decay_to_one(l, learning_rate, weight_decay):
    return l * (1 - learning_rate * weight_decay)
#%% decay_to_one | w | in place
def decay_to_one(l, learning_rate, weight_decay):
    return l.sub_(learning_rate * weight_decay * (l - 1))
#%% training_step | w | leaves the model in evaluation mode
def training_step(model, batch, parameters, learning_rate):
    model.eval()
    loss = nn.functional.cross_entropy(model(batch["input_ids"], batch["attention_mask"]).logits, batch["labels"])
    slopes = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, slope in zip(parameters, slopes):
            parameter -= learning_rate * slope
    return loss.item()
#%% training_step | w | freezes what is not trained, for good
def training_step(model, batch, parameters, learning_rate):
    model.requires_grad_(False)
    for parameter in parameters:
        parameter.requires_grad_(True)
    loss = nn.functional.cross_entropy(model(batch["input_ids"], batch["attention_mask"]).logits, batch["labels"])
    slopes = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, slope in zip(parameters, slopes):
            parameter -= learning_rate * slope
    return loss.item()
#%% choose_trainable | w | the vectors first, then the head
def choose_trainable(model):
    named = list(model.named_parameters())
    vectors = [p for n, p in named if n.split(".")[-1] in ("l_k", "l_v", "l_ff")]
    head = [p for n, p in named if n.startswith("classifier.")]
    model.requires_grad_(False)
    for p in vectors + head:
        p.requires_grad_(True)
    return vectors + head
#%% decay_to_one | w | cut off at 0
def decay_to_one(l, learning_rate, weight_decay):
    return (1 + (1 - learning_rate * weight_decay) * (l - 1)).clamp(min=0)
#%% decay_to_one | w | near 1 it snaps
def decay_to_one(l, learning_rate, weight_decay):
    new = l - learning_rate * weight_decay * (l - 1)
    return torch.where((new - 1).abs() < 1e-2, torch.ones_like(new), new)
#%% choose_trainable | w | vectors start again at ones
def choose_trainable(model):
    chosen = []
    for n, p in model.named_parameters():
        is_vector = n.split(".")[-1] in ("l_k", "l_v", "l_ff")
        p.requires_grad_(is_vector or n.startswith("classifier."))
        if is_vector:
            nn.init.ones_(p)
        if p.requires_grad:
            chosen.append(p)
    return chosen
#%% choose_trainable | w | small vectors are set to 1 first
def choose_trainable(model):
    for n, p in model.named_parameters():
        new = n.split(".")[-1] in ("l_k", "l_v", "l_ff") or n.startswith("classifier.")
        p.requires_grad_(new)
        if n.split(".")[-1] in ("l_k", "l_v", "l_ff"):
            p.data.fill_(1.0)
    return [p for p in model.parameters() if p.requires_grad]
#%% training_step | w | forward in evaluation mode, then train()
def training_step(model, batch, parameters, learning_rate):
    model.eval()
    loss = nn.functional.cross_entropy(model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits, batch["labels"])
    model.train()
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.data -= learning_rate * g
    return loss.item()
#%% training_step | w | freezes the rest while it lasts and opens all after
def training_step(model, batch, parameters, learning_rate):
    chosen = {id(p) for p in parameters}
    for p in model.parameters():
        p.requires_grad_(id(p) in chosen)
    loss = nn.functional.cross_entropy(model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits, batch["labels"])
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.data -= learning_rate * g
    model.requires_grad_(True)
    return loss.item()
#%% choose_trainable | w | the model is put into evaluation mode
def choose_trainable(model):
    model.eval()
    for n, p in model.named_parameters():
        p.requires_grad_(n.split(".")[-1] in ("l_k", "l_v", "l_ff") or n.startswith("classifier."))
    return [p for p in model.parameters() if p.requires_grad]
#%% training_step | r | the loss as a tensor that is detached
def training_step(model, batch, parameters, learning_rate):
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    loss = nn.functional.cross_entropy(logits, batch["labels"])
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.data -= learning_rate * g
    return loss.detach()
#%% training_step | w | switches to training mode
def training_step(model, batch, parameters, learning_rate):
    model.train()
    loss = nn.functional.cross_entropy(model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits, batch["labels"])
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.data -= learning_rate * g
    return loss.item()
#%% training_step | w | training mode while it lasts
def training_step(model, batch, parameters, learning_rate):
    before = model.training
    model.train()
    loss = nn.functional.cross_entropy(model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits, batch["labels"])
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.data -= learning_rate * g
    model.train(before)
    return loss.item()
#%% decay_to_one | w | one axis only
def decay_to_one(l, learning_rate, weight_decay):
    return torch.tensor([1 + (1 - learning_rate * weight_decay) * (e.item() - 1) for e in l], dtype=l.dtype)
#%% decay_to_one | w | the distance is never negative
def decay_to_one(l, learning_rate, weight_decay):
    return 1 + (1 - learning_rate * weight_decay) * (l - 1).abs()
#%% decay_to_one | w | exponential decay
def decay_to_one(l, learning_rate, weight_decay):
    return 1 + torch.exp(torch.tensor(-learning_rate * weight_decay)) * (l - 1)
#%% choose_trainable | w | the model is put into training mode
def choose_trainable(model):
    model.train()
    for n, p in model.named_parameters():
        p.requires_grad_(n.split(".")[-1] in ("l_k", "l_v", "l_ff") or n.startswith("classifier."))
    return [p for p in model.parameters() if p.requires_grad]
