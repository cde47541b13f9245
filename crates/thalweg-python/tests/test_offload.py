"""Masters and state outside of the model, and steps within the backward pass."""

import copy

import pytest

torch = pytest.importorskip("torch")

import thalweg.torch as ours  # noqa: E402


class Model(torch.nn.Module):
    def __init__(self, dtype=torch.float32):
        super().__init__()
        torch.manual_seed(0)
        self.body = torch.nn.Linear(4, 8)
        self.head = torch.nn.Linear(8, 1)
        self.to(dtype)

    def forward(self, x):
        return self.head(torch.tanh(self.body(x)))


def backward(model, seed=0):
    x = torch.randn(16, 4, generator=torch.Generator().manual_seed(seed)).to(model.head.bias.dtype)
    loss = ((model(x) - 1) ** 2).mean()
    loss.backward()
    return loss.item()


def by_hand(model, steps, accumulate=1, clip=None, lr=0.01):
    """What people write: float32 masters, torch.optim.AdamW on them, the rounded masters into the model."""
    masters = [p.detach().float().requires_grad_() for p in model.parameters()]
    optimizer = torch.optim.AdamW(masters, lr=lr)
    for step in range(steps):
        sums = [torch.zeros_like(m) for m in masters]
        for part in range(accumulate):
            backward(model, step * accumulate + part)
            for total, p in zip(sums, model.parameters()):
                total += p.grad.float()
                p.grad = None
        for m, total in zip(masters, sums):
            m.grad = total / accumulate
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(masters, clip)
        optimizer.step()
        with torch.no_grad():
            for p, m in zip(model.parameters(), masters):
                p.copy_(m)
    return masters


@pytest.mark.parametrize("staged", [None, True], ids=["direct", "through buffers"])
@pytest.mark.parametrize(("accumulate", "clip"), [(1, None), (3, None), (1, 0.1), (2, 0.1)])
def test_offloading_is_what_people_write_by_hand(staged, accumulate, clip):
    theirs, mine = Model(torch.bfloat16), Model(torch.bfloat16)
    masters = by_hand(theirs, 5, accumulate, clip)
    optimizer = ours.offload(mine, "adamw:lr=0.01", accumulate=accumulate, clip=clip, staged=staged)
    for step in range(5 * accumulate):
        backward(mine, step)
        report = optimizer.step()
        assert (report is None) == ((step + 1) % accumulate != 0)
        assert all(p.grad is None for p in mine.parameters())
    for wanted, (name, master), p in zip(masters, optimizer.master.items(), mine.parameters()):
        torch.testing.assert_close(master, wanted.detach(), rtol=2e-4, atol=1e-6)
        assert torch.equal(p.detach(), master.to(torch.bfloat16)), name


@pytest.mark.parametrize("method", ["sgd:lr=0.1", "adamw:lr=0.1", "lamb:lr=0.1", "adafactor", "mars:lr=0.1", "nero", "prodigy"])
def test_the_copy_is_the_rounded_master_with_every_kind_of_method(method):
    model = Model(torch.bfloat16)
    optimizer = ours.offload(model, method, state=None)
    for step in range(3):
        backward(model, step)
        optimizer.step()
    for (name, master), p in zip(optimizer.master.items(), model.parameters()):
        assert torch.equal(p.detach(), master.to(torch.bfloat16)), (method, name)


def test_a_step_on_another_thread():
    straight, model = Model(torch.bfloat16), Model(torch.bfloat16)
    a, b = ours.offload(straight, "adamw:lr=0.01"), ours.offload(model, "adamw:lr=0.01")
    for step in range(4):
        backward(straight, step), backward(model, step)
        a.step()
        handle = b.step_async()
        assert handle.wait().step == step + 1 and handle.done()
    for p, q in zip(straight.parameters(), model.parameters()):
        assert torch.equal(p, q)


def test_an_error_on_another_thread_is_raised_by_wait():
    model = Model(torch.bfloat16)
    optimizer = ours.offload(model, "adamw")
    before = copy.deepcopy(model.state_dict())
    backward(model)
    model.head.bias.grad.fill_(float("nan"))
    handle = optimizer.step_async()
    with pytest.raises(FloatingPointError, match="`head.bias`"):
        handle.wait()
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_saving_and_loading():
    straight, model = Model(torch.bfloat16), Model(torch.bfloat16)
    a, b = ours.offload(straight, "adamw:lr=0.01"), ours.offload(model, "adamw:lr=0.01")
    for step in range(6):
        backward(straight, step)
        a.step()
    for step in range(3):
        backward(model, step)
        b.step()
    saved = b.state_dict()
    other = Model(torch.bfloat16)
    c = ours.offload(other, "adamw:lr=0.01")
    c.load_state_dict(saved)
    for step in range(3, 6):
        backward(other, step)
        c.step()
    for p, q in zip(straight.parameters(), other.parameters()):
        assert torch.equal(p, q)


def test_groups_by_name():
    model = Model(torch.bfloat16)
    before = model.body.weight.detach().clone()
    optimizer = ours.offload(model, "sgd:lr=1", groups={"body.*": "frozen"})
    backward(model)
    optimizer.step()
    assert torch.equal(model.body.weight, before)


@pytest.mark.parametrize(
    ("call", "exception", "message"),
    [
        (lambda: ours.offload(Model(), "adm"), ValueError, "there is no optimizer `adm`"),
        (lambda: ours.offload([], "adam"), ValueError, "no parameter that wants a gradient"),
        (lambda: ours.offload([torch.ones(2)], "adam"), TypeError, "named_parameters"),
        (lambda: ours.offload(Model(), "adam", accumulate=0), ValueError, "accumulate is a whole number ≥ 1"),
        (lambda: ours.offload(Model(), "adam", master="bfloat16"), ValueError, "master is float32 or float64"),
        (lambda: ours.offload(Model(), "adam", state="int8"), ValueError, "there is no type"),
        (lambda: ours.in_backward(Model(), "adam", clip="global:1"), ValueError, "all gradients at once"),
        (lambda: ours.in_backward(Model(), "prodigy"), ValueError, "all parameters at once"),
        (lambda: ours.in_backward(Model(), "adam", groups={"nothing.*": {"lr": 1}}), ValueError, "matches no parameter"),
    ],
)
def test_what_is_refused(call, exception, message):
    with pytest.raises(exception, match=message):
        call()


def test_in_backward_gives_what_steps_afterwards_give():
    plain, model = Model(), Model()
    optimizer = ours.AdamW(plain.parameters(), lr=0.01)
    ours.in_backward(model, "adamw:lr=0.01", groups={"head.*": {"lr": 0.01}})
    for step in range(5):
        optimizer.zero_grad()
        backward(plain, step)
        optimizer.step()
        backward(model, step)
        assert all(p.grad is None for p in model.parameters())
    for p, q in zip(plain.parameters(), model.parameters()):
        assert torch.equal(p, q)


def test_in_backward_follows_a_schedule_and_ends():
    model = Model()
    stepping = ours.in_backward(model, "sgd:lr=1", schedule="step:size=1,gamma=0")
    backward(model)
    before = copy.deepcopy(model.state_dict())
    backward(model)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    stepping.remove()
    backward(model)
    assert all(p.grad is not None for p in model.parameters())


def test_in_backward_holds_few_gradients_at_a_time():
    """Of a deep model, the gradients that exist at once."""
    layers = [torch.nn.Linear(64, 64, bias=False) for _ in range(20)]
    model, alive = torch.nn.Sequential(*layers), []
    ours.in_backward(model, "sgd:lr=0.01")
    for layer in layers:
        layer.weight.register_hook(lambda g: alive.append(sum(l.weight.grad is not None for l in layers)))
    model(torch.ones(2, 64)).sum().backward()
    assert len(alive) == 20 and max(alive) <= 1


def test_what_is_not_stepped_comes_back_as_it_is():
    model = Model(torch.bfloat16)
    before = copy.deepcopy(model.state_dict())
    optimizer = ours.offload(model, "sgd:lr=1", groups={"body.*": "frozen"}, staged=True, non_finite="skip")
    backward(model)
    model.head.bias.grad.fill_(float("nan"))
    assert optimizer.step().skipped[0] == "head.bias"
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    backward(model)
    optimizer.step()
    assert torch.equal(model.body.weight, before["body.weight"]) and not torch.equal(model.head.weight, before["head.weight"])


def test_an_error_does_not_spoil_what_comes_after():
    straight, model = Model(torch.bfloat16), Model(torch.bfloat16)
    a, b = (ours.offload(m, "sgd:lr=0.1", accumulate=2) for m in (straight, model))
    backward(model)
    model.head.bias.grad.fill_(float("nan"))
    b.step()
    backward(model)
    handle = b.step_async()
    with pytest.raises(FloatingPointError):
        handle.wait()
    for seed in (1, 2):
        backward(straight, seed), backward(model, seed)
        a.step(), b.step()
    for p, q in zip(straight.parameters(), model.parameters()):
        assert torch.equal(p, q)


def test_saving_between_two_passes_of_a_mean():
    straight, model = Model(torch.bfloat16), Model(torch.bfloat16)
    a, b = (ours.offload(m, "sgd:lr=0.1", accumulate=2) for m in (straight, model))
    backward(straight, 1), backward(model, 1)
    a.step(), b.step()
    c = ours.offload(model, "sgd:lr=0.1", accumulate=2)
    c.load_state_dict(b.state_dict())
    backward(straight, 2), backward(model, 2)
    a.step(), c.step()
    for p, q in zip(straight.parameters(), model.parameters()):
        assert torch.equal(p, q)


def test_a_refused_gradient_in_the_backward_pass_is_dropped():
    model = Model()
    ours.in_backward(model, "sgd:lr=0.1")
    model.head.bias.register_hook(lambda g: g * float("nan"))
    with pytest.raises(FloatingPointError, match="head.bias"):
        backward(model)
    assert model.head.bias.grad is None
