"""How the service is, and where it works."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel, Field

from creditline import __version__
from creditline.api.desk import AtDesk
from creditline.api.fields import Hex32, Wallet
from creditline.api.problems import PROBLEMS

router = APIRouter(tags=["operations"], responses=PROBLEMS)
HEALTHY = "ok"
OVERVIEW_S = 10


class HealthOut(BaseModel):
    status: str = Field(examples=["ok"], description='"ok", or "degraded" when a part has a problem.')
    version: str
    parts: dict[str, str] = Field(description='For each part "ok", or what is wrong with it.')


class OverviewOut(BaseModel):
    """Counts of what is registered in finalised blocks, and of signed receipts."""

    works: int
    creators: int = Field(description="Addresses that registered works.")
    datasets: int
    models: int
    reports: int


class DeploymentOut(BaseModel):
    """What a client or an auditor needs to know to check everything else without this service."""

    chain_id: int
    work_registry: Wallet
    model_registry: Wallet
    royalty_ledger: Wallet
    fraud_proofs: Wallet
    operator: Wallet
    block: int = Field(description="Block of the deployment: auditors read events from here.")
    policy: Hex32 = Field(
        description="Attribution policy in force: the algorithmHash of a model that uses it."
    )


@router.get("/health", summary="Is it well?", responses={503: {"model": HealthOut}})
def health(response: Response, desk: AtDesk) -> HealthOut:
    parts = desk.health()
    well = all(state == HEALTHY for state in parts.values())
    response.status_code = 200 if well else 503
    return HealthOut(status=HEALTHY if well else "degraded", version=__version__, parts=parts)


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
def metrics(desk: AtDesk) -> Response:
    registry = CollectorRegistry()
    for name, value in desk.measures().items():
        Gauge(f"creditline_{name}", name.replace("_", " "), registry=registry).set(value)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/overview", summary="How much is here")
def overview(response: Response, desk: AtDesk) -> OverviewOut:
    response.headers["Cache-Control"] = f"public, max-age={OVERVIEW_S}"
    return OverviewOut(**vars(desk.catalogue.size()), reports=desk.reports.count())


@router.get("/v1/deployment", summary="Chain, contracts and policy")
def deployment(desk: AtDesk) -> DeploymentOut:
    return DeploymentOut(**vars(desk.place), policy=desk.engine.policy)
