"""What is inside this model: its parameters by part."""

from __future__ import annotations

from core.charts.overview.parts import parameter_bar
from core.language import _
from core.numbers import count, parameters, percent
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import below, chart, metrics
from pages.kit.panel import Shown, panel
from pages.kit.params import Values


@panel("overview/parts", title=lambda at: _("What is inside this model?"), depth="deeper")
def parts(now: Current, at: Values) -> Shown:
    shape = now.engine.shape
    counted = shape.parts()
    names, largest = _names(), max(counted, key=lambda part: counted[part])
    bar = chart(
        parameter_bar({names[part]: n for part, n in counted.items()}),
        key="chart_parts",
        alt=_("One bar cut into the model's parts by their number of parameters."),
    )
    return Shown(
        below(metrics(_figures(shape)), bar),
        " + ".join(map(count, counted.values()))
        + f" = {count(shape.n_params)}. "
        + _("The largest part: {name} with {share}. The output head is `wte` again, which costs"
            " nothing extra.").format(
            name=names[largest], share=percent(counted[largest] / shape.n_params, 0)
        ),
        recipe=box(
            now, "overview/parts", "overview-parameters",
            shown=[*counted.values(), shape.n_params], tolerance=0.0,
        ),
    )  # fmt: skip


def _names() -> dict[str, str]:
    return {
        "wte": _("token embeddings (wte)"),
        "wpe": _("position embeddings (wpe)"),
        "attention": _("attention"),
        "mlp": _("MLP"),
        "layer norms": _("layer norms"),
    }


def _figures(shape) -> list[tuple[str, str]]:
    return [
        (_("layers"), f"{shape.n_layer}"),
        (_("heads per layer"), f"{shape.n_head}"),
        (_("width"), count(shape.n_embd)),
        (_("context"), count(shape.n_ctx)),
        (_("vocabulary"), count(shape.n_vocab)),
        (_("parameters"), parameters(shape.n_params)),
    ]
