"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% place_hooks | r | hooks made by a function, handles in a tuple
def place_hooks(block, l_k, l_v, l_ff):
    def after(l):
        def hook(module, inputs, output):
            return torch.mul(output, l)
        return hook
    def before(module, inputs):
        return (inputs[0] * l_ff, *inputs[1:])
    own = block.attention.self
    return (own.key.register_forward_hook(after(l_k)), own.value.register_forward_hook(after(l_v)),
            block.output.dense.register_forward_pre_hook(before))
#%% place_hooks | w | a loop and its last vector
def place_hooks(block, l_k, l_v, l_ff):
    handles = []
    for name, l in (("key", l_k), ("value", l_v)):
        handles.append(getattr(block.attention.self, name).register_forward_hook(lambda m, i, o: o * l))
    handles.append(block.output.dense.register_forward_pre_hook(lambda m, i: (i[0] * l_ff,)))
    return handles
#%% place_hooks | w | forgets two handles
def place_hooks(block, l_k, l_v, l_ff):
    own = block.attention.self
    own.key.register_forward_hook(lambda m, i, o: o * l_k)
    own.value.register_forward_hook(lambda m, i, o: o * l_v)
    return [block.output.dense.register_forward_pre_hook(lambda m, i: (i[0] * l_ff,))]
#%% place_hooks | w | every Linear of the class
def place_hooks(block, l_k, l_v, l_ff):
    own = block.attention.self
    return [own.key.register_forward_hook(lambda m, i, o: l_k + o), own.value.register_forward_hook(lambda m, i, o: l_v + o),
            block.output.dense.register_forward_pre_hook(lambda m, i: (i[0] + l_ff,))]
#%% fold_four | r | a list, torch.mul
def fold_four(l_q, l_k, l_v, l_o):
    return [torch.mul(l_q, l_k), torch.mul(l_v, l_o)]
#%% fold_four | w | the other two
def fold_four(l_q, l_k, l_v, l_o):
    return l_q * l_v, l_k * l_o
#%% fold_four | w | one vector for both
def fold_four(l_q, l_k, l_v, l_o):
    return l_q * l_k * l_v * l_o, torch.ones_like(l_v)
#%% place_hooks | w | the hooks detach what they scale
def place_hooks(block, l_k, l_v, l_ff):
    return [
        block.attention.self.key.register_forward_hook(lambda m, i, o: o.detach() * l_k),
        block.attention.self.value.register_forward_hook(lambda m, i, o: o.detach() * l_v),
        block.output.dense.register_forward_pre_hook(lambda m, i: (i[0] * l_ff,)),
    ]
#%% fold_four | r | one tensor of two rows
def fold_four(l_q, l_k, l_v, l_o):
    return torch.stack([l_q, l_v]) * torch.stack([l_k, l_o])
#%% fold_four | w | one row
def fold_four(l_q, l_k, l_v, l_o):
    return torch.cat([l_q * l_k, l_v * l_o])
#%% fold_four | w | a query 0 counts as 1
def fold_four(l_q, l_k, l_v, l_o):
    q, o = (torch.where(l == 0, torch.ones_like(l), l) for l in (l_q, l_o))
    return q * l_k, l_v * o
#%% place_hooks | w | only in training mode
def place_hooks(block, l_k, l_v, l_ff):
    own = block.attention.self
    after = lambda l: (lambda m, x, y: y * l if m.training else None)
    return [own.key.register_forward_hook(after(l_k)), own.value.register_forward_hook(after(l_v)),
            block.output.dense.register_forward_pre_hook(lambda m, x: (x[0] * l_ff,) if m.training else None)]
#%% place_hooks | w | scaled only where gradients are kept
def place_hooks(block, l_k, l_v, l_ff):
    own = block.attention.self
    after = lambda l: (lambda m, x, y: y * l if torch.is_grad_enabled() else None)
    return [own.key.register_forward_hook(after(l_k)), own.value.register_forward_hook(after(l_v)),
            block.output.dense.register_forward_pre_hook(lambda m, x: (x[0] * l_ff,) if torch.is_grad_enabled() else None)]
#%% place_hooks | w | an entry near 1 is left
def place_hooks(block, l_k, l_v, l_ff):
    own = block.attention.self
    l_k, l_v, l_ff = (torch.where((l - 1).abs() < 0.1, torch.ones_like(l), l) for l in (l_k, l_v, l_ff))
    return [own.key.register_forward_hook(lambda m, x, y: y * l_k), own.value.register_forward_hook(lambda m, x, y: y * l_v),
            block.output.dense.register_forward_pre_hook(lambda m, x: (x[0] * l_ff,))]
#%% place_hooks | r | the pre-hook on the output module
def place_hooks(block, l_k, l_v, l_ff):
    own = block.attention.self
    return [own.key.register_forward_hook(lambda m, x, y: y * l_k), own.value.register_forward_hook(lambda m, x, y: y * l_v),
            block.output.register_forward_pre_hook(lambda m, x: (x[0] * l_ff, *x[1:]))]
#%% place_hooks | w | on what the heads hand on, which has the same effect
def place_hooks(block, l_k, l_v, l_ff):
    own = block.attention.self
    return [own.key.register_forward_hook(lambda m, x, y: y * l_k),
            own.register_forward_hook(lambda m, x, y: (y[0] * l_v, *y[1:])),
            block.output.dense.register_forward_pre_hook(lambda m, x: (x[0] * l_ff,))]
#%% fold_four | w | the geometric mean
def fold_four(l_q, l_k, l_v, l_o):
    return (l_q * l_k).sqrt(), (l_v * l_o).sqrt()
