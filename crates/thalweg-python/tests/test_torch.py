"""Drop-ins for torch.optim: the same numbers, state and habits."""

import copy
import pickle

import pytest

torch = pytest.importorskip("torch")

from torch.testing._internal.common_optimizers import optim_db  # noqa: E402

import thalweg  # noqa: E402
import thalweg.torch as ours  # noqa: E402

SHARED = ["SGD", "Adam", "AdamW", "NAdam", "RAdam", "Adamax", "Adagrad", "RMSprop", "Adadelta", "Rprop", "ASGD", "Adafactor"]

#: Options of PyTorch's database that choose an implementation, which is for PyTorch alone.
IMPLEMENTATIONS = ("foreach", "fused", "capturable", "differentiable")


def parameters(dtype=torch.float64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shapes = [(), (7,), (3, 5), (64, 32), (2, 3, 4, 5)]
    return [torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype).requires_grad_() for shape in shapes]


def gradients(params, step):
    for parameter, gradient in zip(params, parameters(seed=100 + step)):
        parameter.grad = gradient.detach().to(parameter.dtype)


def run(optimizer, params, steps=range(12)):
    for step in steps:
        gradients(params, step)
        optimizer.step()


def assert_close(a, b, rtol=1e-9):
    for x, y in zip(a, b):
        torch.testing.assert_close(x, y, rtol=rtol, atol=rtol / 10)


def accuracy(name):
    """PyTorch keeps numbers of these two in float32, whatever the parameters are."""
    return 1e-6 if name in ("NAdam", "ASGD") else 1e-9


def cases():
    for info in optim_db:
        name = info.optim_cls.__name__
        if name in SHARED:
            for index, case in enumerate(info.optim_inputs_func(device="cpu")):
                kwargs = {key: value for key, value in case.kwargs.items() if key not in IMPLEMENTATIONS}
                yield pytest.param(name, kwargs, id=f"{name}-{index}-{case.desc or 'default'}".replace(" ", "_"))


@pytest.mark.parametrize(("name", "kwargs"), list(cases()))
def test_every_option_of_torchs_database_gives_the_same_numbers(name, kwargs):
    theirs, mine = parameters(), parameters()
    run(getattr(torch.optim, name)(theirs, **copy.deepcopy(kwargs)), theirs)
    run(getattr(ours, name)(mine, **copy.deepcopy(kwargs)), mine)
    assert_close(mine, theirs, accuracy(name))


@pytest.mark.parametrize(("name", "kwargs"), list(cases()))
def test_checkpoints_go_both_ways(name, kwargs):
    make = {"torch": getattr(torch.optim, name), "ours": getattr(ours, name)}
    straight = parameters()
    run(make["torch"](straight, **copy.deepcopy(kwargs)), straight)
    for first, second in [("torch", "ours"), ("ours", "torch"), ("ours", "ours")]:
        params = parameters()
        optimizer = make[first](params, **copy.deepcopy(kwargs))
        run(optimizer, params, range(5))
        saved = copy.deepcopy(optimizer.state_dict())
        resumed = make[second](params, **copy.deepcopy(kwargs))
        resumed.load_state_dict(saved)
        run(resumed, params, range(5, 12))
        assert_close(params, straight, accuracy(name))


@pytest.mark.parametrize("name", SHARED)
def test_state_dict_has_torchs_layout(name):
    theirs, mine = parameters(torch.float32), parameters(torch.float32)
    a, b = getattr(torch.optim, name)(theirs), getattr(ours, name)(mine)
    run(a, theirs, range(2)), run(b, mine, range(2))
    a, b = a.state_dict(), b.state_dict()
    for index, state in a["state"].items():
        wanted = {key: value for key, value in state.items() if value is not None}
        found = {key: value for key, value in b["state"].get(index, {}).items()}
        assert found.keys() == wanted.keys()
        for key, value in wanted.items():
            assert found[key].shape == torch.as_tensor(value).shape, key
            torch.testing.assert_close(found[key], torch.as_tensor(value), rtol=1e-4, atol=1e-6, check_dtype=False)
    for theirs, mine in zip(a["param_groups"], b["param_groups"]):
        assert theirs.keys() <= mine.keys()
        assert {key: mine[key] for key in theirs if key not in IMPLEMENTATIONS} == {
            key: theirs[key] for key in theirs if key not in IMPLEMENTATIONS
        } or name == "Adafactor"


def test_float32_agrees_with_torchs_own():
    theirs, mine = parameters(torch.float32), parameters(torch.float32)
    run(torch.optim.AdamW(theirs, lr=0.01), theirs), run(ours.AdamW(mine, lr=0.01), mine)
    assert_close(mine, theirs, 1e-5)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_narrow_parameters_are_stepped_in_float32(dtype):
    params = parameters(dtype)
    wide = [p.detach().float().requires_grad_() for p in params]
    a, b = ours.SGD(params, lr=0.1), ours.SGD(wide, lr=0.1)
    gradients(params, 0)
    for p, w in zip(params, wide):
        w.grad = p.grad.float()
    a.step(), b.step()
    for p, w in zip(params, wide):
        assert torch.equal(p, w.to(dtype))


def test_every_method_of_the_library_is_a_class():
    for name in thalweg.methods():
        params = parameters()
        optimizer = getattr(ours, thalweg._classes.CLASS_OF[name])(params)
        gradients(params, 0)
        optimizer.step(loss=1.0)
        saved = optimizer.state_dict()
        again = getattr(ours, thalweg._classes.CLASS_OF[name])(params)
        again.load_state_dict(saved)
        assert again.state_dict()["param_groups"] == saved["param_groups"]


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.body = torch.nn.Linear(4, 8)
        self.head = torch.nn.Linear(8, 1)

    def forward(self, x):
        return self.head(torch.tanh(self.body(x)))


X = torch.linspace(-1, 1, 32).reshape(8, 4)


def losses(make, steps=20, closure=False, schedule=None):
    model = Model()
    optimizer = make(model)
    scheduler = schedule(optimizer) if schedule else None
    found = []

    def evaluate():
        optimizer.zero_grad()
        loss = ((model(X) - 1) ** 2).mean()
        loss.backward()
        return loss

    for _ in range(steps):
        if closure:
            loss = optimizer.step(evaluate)
        else:
            loss = evaluate()
            optimizer.step()
        if scheduler:
            scheduler.step()
        found.append(loss.item())
    return found


def test_training_follows_torchs_with_groups_and_closures():
    groups = lambda model: [{"params": model.body.parameters()}, {"params": model.head.parameters(), "lr": 0.1}]
    theirs = losses(lambda model: torch.optim.AdamW(groups(model), lr=0.01))
    assert losses(lambda model: ours.AdamW(groups(model), lr=0.01)) == pytest.approx(theirs, rel=1e-4)
    assert losses(lambda model: ours.AdamW(groups(model), lr=0.01), closure=True) == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize(
    "schedule",
    [
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 20),
        lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.1, total_steps=20),
        lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda step: 0.9**step),
    ],
    ids=["cosine", "one cycle", "lambda"],
)
def test_torchs_schedulers_work(schedule):
    theirs = losses(lambda model: torch.optim.Adam(model.parameters(), lr=0.01), schedule=schedule)
    mine = losses(lambda model: ours.Adam(model.parameters(), lr=0.01), schedule=schedule)
    assert mine == pytest.approx(theirs, rel=1e-4)


def test_a_rate_that_is_changed_between_steps():
    params = parameters()
    optimizer = ours.SGD(params, lr=1.0)
    before = params[1].detach().clone()
    optimizer.param_groups[0]["lr"] = 0.5
    gradients(params, 0)
    optimizer.step()
    assert torch.equal(params[1], before - 0.5 * params[1].grad)


def test_groups_by_name_pattern():
    model = Model()
    optimizer = ours.AdamW(
        model.named_parameters(), lr=0.1, groups={"*.bias": {"weight_decay": 0}, "head.weight": "frozen"}
    )
    assert [group["param_names"] for group in optimizer.param_groups] == [["body.weight"], ["body.bias", "head.bias"]]
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.01, 0]
    with pytest.raises(ValueError, match=r"matches no parameter; did you mean body.bias\?"):
        ours.AdamW(model.named_parameters(), groups={"body.bais": {"lr": 1}})


def test_add_param_group():
    model = Model()
    optimizer = ours.SGD(model.body.parameters(), lr=0.1)
    optimizer.add_param_group({"params": model.head.parameters(), "lr": 1.0})
    ((model(X) - 1) ** 2).mean().backward()
    before, gradient = model.head.bias.item(), model.head.bias.grad.item()
    optimizer.step()
    assert model.head.bias.item() == pytest.approx(before - gradient)
    with pytest.raises(ValueError):
        optimizer.add_param_group({"params": model.head.parameters()})
    assert len(optimizer.param_groups) == 2


def test_state_can_be_read_and_written_between_steps():
    params = parameters()
    optimizer = ours.Adam(params)
    run(optimizer, params, range(2))
    state = optimizer.state[params[2]]
    assert set(state) == {"step", "exp_avg", "exp_avg_sq"} and state["step"] == 2
    state["exp_avg"].zero_()
    assert len(optimizer.state) == len(params) and params[2] in optimizer.state
    assert optimizer.state_dict()["state"][2]["exp_avg"].abs().max() == 0


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
def test_copies_go_on_alike(duplicate):
    params = parameters()
    optimizer = ours.Adam(params, lr=0.1)
    run(optimizer, params, range(3))
    other_params, other = duplicate((params, optimizer))
    assert other.param_groups[0]["params"][0] is other_params[0]
    run(optimizer, params, range(3, 6)), run(other, other_params, range(3, 6))
    for a, b in zip(params, other_params):
        assert torch.equal(a, b)


def test_hooks_run():
    params, calls = parameters(), []
    optimizer = ours.SGD(params)
    optimizer.register_step_pre_hook(lambda *_: calls.append("before"))
    optimizer.register_step_post_hook(lambda *_: calls.append("after"))
    optimizer.register_state_dict_post_hook(lambda o, state: calls.append("saved"))
    run(optimizer, params, range(1))
    optimizer.state_dict()
    assert calls == ["before", "after", "saved"]


def test_sparse_gradients_like_sparse_adam():
    tables = [torch.nn.Embedding(50, 3, sparse=True, dtype=torch.float64) for _ in range(2)]
    tables[1].load_state_dict(tables[0].state_dict())
    optimizers = [torch.optim.SparseAdam(tables[0].parameters(), lr=0.1), ours.SparseAdam(tables[1].parameters(), lr=0.1)]
    for step in range(5):
        rows = torch.randint(0, 50, (8,), generator=torch.Generator().manual_seed(step))
        for table, optimizer in zip(tables, optimizers):
            optimizer.zero_grad()
            (table(rows) ** 2).sum().backward()
            optimizer.step()
    torch.testing.assert_close(tables[1].weight, tables[0].weight, rtol=1e-9, atol=1e-12)


def test_odd_parameters():
    tied = torch.nn.Linear(3, 3, bias=False)
    model = torch.nn.Sequential(tied, tied)
    empty = torch.nn.Parameter(torch.empty(0, 4))
    lonely = torch.nn.Parameter(torch.ones(2))
    turned = torch.nn.Parameter(torch.randn(4, 3).t())
    last = torch.nn.Parameter(torch.randn(2, 3, 4, 4).to(memory_format=torch.channels_last))
    params = [*model.parameters(), empty, lonely, turned, last]
    copies = [p.detach().clone().requires_grad_() for p in params]
    optimizer, reference = ours.Adam(params, lr=0.1), torch.optim.Adam(copies, lr=0.1)
    for step in range(3):
        for k, (p, c) in enumerate(zip(params, copies)):
            if p is not lonely:
                p.grad = torch.randn(p.shape, generator=torch.Generator().manual_seed(10 * step + k))
                c.grad = p.grad.clone()
        optimizer.step(), reference.step()
    assert lonely.tolist() == [1, 1] and lonely not in optimizer.state
    assert_close(params, copies, 1e-5)


def test_autograd_notices_the_step():
    w = torch.nn.Parameter(torch.ones(3))
    loss = (w * w).sum()
    w.grad = torch.ones(3)
    ours.SGD([w], lr=0.1).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_the_grad_scaler_works():
    w = torch.nn.Parameter(torch.ones(3))
    optimizer, scaler = ours.SGD([w], lr=0.5), torch.amp.GradScaler("cpu", init_scale=8.0)
    scaler.scale((w * 2).sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    assert w.tolist() == [0, 0, 0]


def test_a_compiled_training_loop():
    model, other = Model(), Model()
    optimizer, reference = ours.AdamW(model.parameters(), lr=0.01), torch.optim.AdamW(other.parameters(), lr=0.01)

    def train(model, optimizer):
        optimizer.zero_grad()
        loss = ((model(X) - 1) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss

    compiled = torch.compile(train, backend="eager")
    for _ in range(3):
        assert compiled(model, optimizer).item() == pytest.approx(train(other, reference).item(), rel=1e-5)


def test_methods_with_a_loss():
    params = parameters()
    optimizer = ours.Momo(params) if hasattr(ours, "Momo") else ours.MoMo(params)
    gradients(params, 0)
    with pytest.raises(TypeError, match="needs the loss"):
        optimizer.step()
    optimizer.step(loss=torch.tensor(1.0))
    optimizer.step(lambda: torch.tensor(1.0))


def test_evaluation_weights():
    params = parameters()
    optimizer = ours.ScheduleFreeAdamW(params, lr=0.1)
    run(optimizer, params, range(5))
    averaged = optimizer.evaluation_weights()
    assert averaged["1"].shape == params[1].shape and not torch.equal(averaged["1"], params[1])
    assert torch.equal(ours.SGD(params).evaluation_weights()["1"], params[1])


def test_shared_classes_cover_pytorchs_database():
    names = {info.optim_cls.__name__ for info in optim_db}
    assert names - {"LBFGS", "Muon", "SparseAdam"} <= set(SHARED)


@pytest.mark.parametrize("name", [*SHARED, "SparseAdam"])
def test_arguments_by_place_are_pytorchs(name):
    import inspect

    theirs = list(inspect.signature(getattr(torch.optim, name).__init__).parameters.values())[1:]
    mine = inspect.signature(getattr(ours, name)).parameters
    by_place = [p.name for p in theirs if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert by_place == [p.name for p in mine.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    for parameter in theirs[1:]:
        assert parameter.name in mine, parameter
        if parameter.name != "eps" or name != "Adafactor":
            assert mine[parameter.name].default == parameter.default, parameter


def test_arguments_by_place_mean_the_same():
    theirs, mine = parameters(), parameters()
    run(torch.optim.SGD(theirs, 0.1, 0.9, 0.0, 0.01, True), theirs), run(ours.SGD(mine, 0.1, 0.9, 0.0, 0.01, True), mine)
    assert_close(mine, theirs)
    theirs, mine = parameters(), parameters()
    run(torch.optim.AdamW(theirs, 0.1, (0.8, 0.9), 1e-3, 0.1, True), theirs)
    run(ours.AdamW(mine, 0.1, (0.8, 0.9), 1e-3, 0.1, True), mine)
    assert_close(mine, theirs)


def pair(make, steps=6, between=lambda optimizer, params, step: None):
    """Our parameters and PyTorch's after the same steps, with something between them."""
    found = []
    for module in (torch.optim, ours):
        params = parameters()
        optimizer = make(module, params)
        for step in range(steps):
            gradients(params, step)
            optimizer.step()
            between(optimizer, params, step)
        found.append([p.detach() for p in params])
    return found


def test_options_that_differ_between_groups():
    def make(module, params):
        return module.SGD([{"params": params[:2]}, {"params": params[2:], "momentum": 0.9}], lr=0.1)

    def save(optimizer, params, step):
        if step == 2:
            saved = copy.deepcopy(optimizer.state_dict())
            assert "momentum_buffer" in saved["state"][3]
            optimizer.load_state_dict(saved)

    assert_close(*pair(make, between=save))


def test_options_that_come_with_a_checkpoint():
    theirs, mine = parameters(), parameters()
    first = torch.optim.Adam(theirs, lr=0.1, amsgrad=True)
    run(first, theirs, range(3))
    with torch.no_grad():
        for a, b in zip(mine, theirs):
            a.copy_(b)
    second = ours.Adam(mine)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    run(first, theirs, range(3, 6)), run(second, mine, range(3, 6))
    assert_close(mine, theirs)


def test_options_that_are_set_later():
    def later(optimizer, params, step):
        if step == 2:
            optimizer.param_groups[0].update(lr=0.01, betas=(0.5, 0.9))

    assert_close(*pair(lambda module, params: module.Adam(params, lr=0.1), between=later))


def test_a_rate_in_a_tensor_changes_in_place():
    rate = {}

    def make(module, params):
        rate[module] = torch.tensor(0.5, dtype=torch.float64)
        return module.SGD([{"params": params, "lr": rate[module]}], lr=0.1)

    def halve(optimizer, params, step):
        optimizer.param_groups[0]["lr"].mul_(0.5)

    assert_close(*pair(make, between=halve), 1e-6)
    scheduled = lambda module, params: module.SGD(params, lr=torch.tensor(0.5, dtype=torch.float64))
    assert_close(*pair(scheduled, between=halve), 1e-6)


@pytest.mark.parametrize(
    "change",
    [
        lambda groups, params: groups.reverse(),
        lambda groups, params: groups.__delitem__(0),
        lambda groups, params: groups[1]["params"].append(groups[0]["params"].pop()),
        lambda groups, params: groups[0].update(params=[params[1]]),
    ],
    ids=["reversed", "removed", "moved", "replaced"],
)
def test_groups_that_are_edited(change):
    def make(module, params):
        return module.Adam([{"params": params[:2]}, {"params": params[2:], "lr": 0.5}], lr=0.1)

    def edit(optimizer, params, step):
        if step == 2:
            change(optimizer.param_groups, params)

    assert_close(*pair(make, between=edit))


@pytest.mark.parametrize(
    "reset",
    [
        lambda optimizer, p: optimizer.state.clear(),
        lambda optimizer, p: optimizer.state.__setitem__(p, {}),
        lambda optimizer, p: optimizer.state.__delitem__(p),
        lambda optimizer, p: optimizer.state.pop(p),
    ],
    ids=["clear", "empty", "del", "pop"],
)
def test_state_that_is_removed_starts_anew(reset):
    def restart(optimizer, params, step):
        if step == 2:
            reset(optimizer, params[2])

    assert_close(*pair(lambda module, params: module.Adam(params, lr=0.1), between=restart))


def test_state_is_like_a_dictionary():
    params = parameters()
    optimizer = ours.Adam(params)
    run(optimizer, params, range(2))
    state = optimizer.state
    assert state.get(params[0])["step"] == 2 and state.get(torch.ones(1)) is None
    assert "exp_avg" in repr(state) and len(copy.deepcopy(dict(state))) == len(params)
    with pytest.raises(KeyError):
        state[torch.ones(1)]
    optimizer.state = {params[0]: state[params[0]]}
    assert len(optimizer.state) == 1


def test_a_copy_does_not_step_the_original():
    params = parameters()
    optimizer = ours.SGD(params, lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.register_step_pre_hook(lambda *_: None)
    run(optimizer, params, range(1))
    scheduler.step()
    other_params, other = copy.deepcopy((params, optimizer))
    pickle.loads(pickle.dumps((params, optimizer)))
    before = [p.detach().clone() for p in params]
    run(other, other_params, range(1, 2))
    assert all(torch.equal(p, b) for p, b in zip(params, before))
    assert not torch.equal(other_params[1], params[1])


@pytest.mark.parametrize("settings", [{"lookahead": "period=2,share=0.5"}, {"average": 0.5}], ids=["lookahead", "average"])
def test_what_is_kept_beside_the_weights_is_saved(settings):
    straight, params = parameters(), parameters()
    a, b = ours.SGD(straight, lr=0.1, **settings), ours.SGD(params, lr=0.1, **settings)
    run(a, straight), run(b, params, range(5))
    c = ours.SGD(params, lr=0.1, **settings)
    c.load_state_dict(copy.deepcopy(b.state_dict()))
    run(c, params, range(5, 12))
    assert_close(params, straight, 1e-12)
    assert_close(a.evaluation_weights().values(), c.evaluation_weights().values(), 1e-12)
    assert ("average" in settings) != torch.equal(a.evaluation_weights()["1"], straight[1].detach())


def test_parameters_that_were_not_stepped_stay_as_they_are_to_autograd():
    a, b = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))
    loss = (b * b).sum()
    a.grad = torch.ones(1)
    ours.SGD([a, b], lr=0.1).step()
    loss.backward()


def test_gradients_that_are_views():
    a = torch.nn.Parameter(torch.ones(2, 2))
    for gradient in [torch._neg_view(torch.ones(2, 2)), torch.ones(2, 2).t(), torch.ones(1).expand(2, 2)]:
        a.data.fill_(1.0)
        a.grad = gradient
        ours.SGD([a], lr=1.0).step()
        torch.testing.assert_close(a.detach(), 1 - gradient)


def test_two_models_with_the_same_names_and_an_empty_group():
    models = Model(), Model()
    groups = [{"params": model.named_parameters()} for model in models]
    optimizer = ours.SGD(groups, lr=0.1)
    sum(model(X).sum() for model in models).backward()
    optimizer.step()
    assert torch.equal(models[0].head.weight, models[1].head.weight)
    assert len(optimizer._core.parameters) == 8
    ours.SGD([{"params": []}, {"params": [models[0].head.weight]}], lr=0.1).step()


def test_an_optimizer_is_freed_when_it_is_dropped():
    import weakref

    params = parameters()
    optimizer = ours.Adam(params)
    run(optimizer, params, range(1))
    optimizer.state_dict()
    alive = weakref.ref(optimizer)
    del optimizer
    assert alive() is None


def test_a_closure_may_return_anything_where_no_loss_is_needed():
    params = parameters()
    gradients(params, 0)
    assert ours.SGD(params).step(lambda: ("loss", 3)) == ("loss", 3)
