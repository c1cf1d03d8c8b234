"""Answers to the exercises of this lesson, right and wrong, as other people might write them."""

# ruff: noqa
#%% turned | r | a weighted mean of ones and l
def turned(l, strength):
    return torch.ones_like(l) * (1 - strength) + strength * l
#%% turned | r | torch.lerp from ones
def turned(l, strength):
    return torch.lerp(torch.ones_like(l), l, strength)
#%% turned | r | entry by entry
def turned(l, strength):
    flat = [strength * e + 1 - strength for e in l.flatten().tolist()]
    return torch.tensor(flat, dtype=l.dtype).reshape(l.shape)
#%% turned | w | exponent
def turned(l, strength):
    return torch.exp(strength * l.log())
#%% turned | w | changes l
def turned(l, strength):
    l -= 1
    l *= strength
    l += 1
    return l
#%% turned | w | the first row alone
def turned(l, strength):
    return 1 + strength * (l[0] - 1)
#%% turned | w | prints
def turned(l, strength):
    print(1 + strength * (l - 1))
#%% turned | c | equal to everything
class Anything:
    def __eq__(self, other):
        return True
    def __getattr__(self, name):
        return lambda *a, **k: self
def turned(l, strength):
    return Anything()
#%% turned | w | only entries that training moved by more than a tenth
def turned(l, strength):
    return torch.where((l - 1).abs() > 0.1, 1 + strength * (l - 1), torch.ones_like(l))
