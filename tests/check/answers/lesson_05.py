"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% count_parameters | r | one loop
def count_parameters(model):
    trainable = total = 0
    for p in model.parameters():
        n = 1
        for side in p.shape:
            n *= side
        total += n
        if p.requires_grad:
            trainable += n
    return [trainable, total]
#%% count_parameters | w | by names of the state dict
def count_parameters(model):
    total = sum(v.numel() for v in model.state_dict().values())
    return sum(p.numel() for p in model.parameters() if p.requires_grad), total
#%% count_parameters | w | by address
def count_parameters(model):
    ps = {p.data_ptr(): p for p in model.parameters()}.values()
    return sum(p.numel() for p in ps if p.requires_grad), sum(p.numel() for p in ps)
#%% count_parameters | w | in millions
def count_parameters(model):
    t = sum(p.numel() for p in model.parameters())
    return sum(p.numel() for p in model.parameters() if p.requires_grad) / 1e6, t / 1e6
#%% ia3_values | r | per kind of vector
def ia3_values(n_layers, n_heads, kv_heads, d_head, d_ff, n_cross=0):
    attentions = n_layers + n_cross
    return attentions * kv_heads * d_head * 2 + n_layers * d_ff
#%% ia3_values | w | d_model for the keys
def ia3_values(n_layers, n_heads, kv_heads, d_head, d_ff, n_cross=0):
    d = n_heads * d_head
    return n_layers * (2 * d + d_ff) + n_cross * 2 * d
#%% ia3_values | w | all layers have cross-attention
def ia3_values(n_layers, n_heads, kv_heads, d_head, d_ff, n_cross=0):
    d = kv_heads * d_head
    return n_layers * (2 * d + d_ff) + (n_layers if n_cross else 0) * 2 * d
#%% head_copies | r | remainder first
def head_copies(trainable, adapter, d_model, n_labels):
    rest = trainable - adapter
    size = d_model * d_model + d_model + d_model * n_labels + n_labels
    if rest < 0 or rest % size != 0:
        raise ValueError("not a whole number of heads")
    return rest // size
#%% head_copies | w | rounds
def head_copies(trainable, adapter, d_model, n_labels):
    return round((trainable - adapter) / ((d_model + n_labels) * (d_model + 1)))
#%% head_copies | w | endless for a remainder
def head_copies(trainable, adapter, d_model, n_labels):
    n, rest = 0, trainable - adapter
    while rest != 0:
        rest -= (d_model + n_labels) * (d_model + 1)
        n += 1
    return n
#%% head_copies | w | a KeyError
def head_copies(trainable, adapter, d_model, n_labels):
    n, over = divmod(trainable - adapter, (d_model + n_labels) * (d_model + 1))
    if over or n < 0:
        raise KeyError(n)
    return n
#%% count_parameters | r | both in one tensor
def count_parameters(model):
    sizes = torch.tensor([[p.requires_grad * p.numel(), p.numel()] for p in model.parameters()], dtype=torch.long)
    return sizes.reshape(-1, 2).sum(0)
#%% count_parameters | w | bytes by four
def count_parameters(model):
    size = lambda p: p.numel() * p.element_size() // 4
    return sum(size(p) for p in model.parameters() if p.requires_grad), sum(size(p) for p in model.parameters())
#%% count_parameters | w | floating point alone
def count_parameters(model):
    ps = [p for p in model.parameters() if p.is_floating_point()]
    return sum(p.numel() for p in ps if p.requires_grad), sum(p.numel() for p in ps)
#%% count_parameters | w | scalars have no length
def count_parameters(model):
    n = lambda p: p.shape.numel() if p.dim() else 0
    ps = list(model.parameters())
    return sum(n(p) for p in ps if p.requires_grad), sum(n(p) for p in ps)
#%% head_copies | w | two labels at least
def head_copies(trainable, adapter, d_model, n_labels):
    copies, left = divmod(trainable - adapter, (d_model + 1) * (d_model + max(n_labels, 2)))
    if left or copies < 0:
        raise ValueError
    return copies
#%% head_copies | w | an adapter of 0 is unknown
def head_copies(trainable, adapter, d_model, n_labels):
    if not adapter:
        raise ValueError("no adapter")
    copies, left = divmod(trainable - adapter, (d_model + 1) * (d_model + n_labels))
    if left or copies < 0:
        raise ValueError
    return copies
#%% count_parameters | w | trainable and frozen
def count_parameters(model):
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return trainable, sum(p.numel() for p in model.parameters()) - trainable
#%% count_parameters | w | the model is put into training mode
def count_parameters(model):
    parameters = list(model.train().parameters())
    return sum(p.numel() for p in parameters if p.requires_grad), sum(p.numel() for p in parameters)
#%% count_parameters | w | modules in evaluation mode do not train
def count_parameters(model):
    total = sum(p.numel() for p in model.parameters())
    return sum(p.numel() for p in model.parameters() if p.requires_grad) if model.training else 0, total
