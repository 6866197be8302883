/**
 * Python module `dnnsplit_tiers.py`: an application of Ray Serve with a deployment per tier, which runs its part in ONNX
 * Runtime and hands on to the next one. The first of them answers HTTP as a relay does.
 */
export const tiersModule = `"""The tiers of a split model on Ray Serve: one deployment each. See README.md; serve.yaml starts it."""

import asyncio
import hmac
import json
import re
import time
from pathlib import Path

import onnxruntime as ort
from ray import serve
from starlette.responses import Response

import open_inference as oip

HERE = Path(__file__).resolve().parent
ARTIFACT, TIMING, ROUTE = "dnnsplit_artifact", "dnnsplit_timing", "dnnsplit_route"


@serve.deployment
class Tier:
    """One tier: runs its part, and asks the tier above for the rest."""

    def __init__(self, name, above, token_file, exact, revision):
        del revision  # Other parts make another one, with which Ray starts new replicas.
        folder = HERE / "tiers" / name
        self.contract = json.loads((folder / "contract.json").read_text("utf-8"))
        self.artifact = self.contract.get("artifact", "none")
        self.above = above
        self.token = None if token_file is None else Path(token_file).read_text("utf-8").strip()
        segment = self.contract["segment"]
        self.session = None if segment is None else _session(folder / segment["file"], exact)

    async def receive(self, sent, artifact):
        """Takes what the tier below sends: (array, scale) by name. Returns the model's outputs and times per tier."""
        if artifact is not None and artifact != self.artifact:
            raise oip.Refusal(
                409,
                f"Two exports of the model are mixed: tier {self.contract['tier']} holds {self.artifact}, "
                f"the tier below it holds {artifact}; deploy all tiers from one export.",
            )
        known = self._checked(sent)
        start = time.perf_counter()
        segment = self.contract["segment"]
        if segment is not None:
            names = [tensor["name"] for tensor in segment["outputs"]]
            feeds = {tensor["name"]: known[tensor["name"]] for tensor in segment["inputs"]}
            made = await asyncio.to_thread(self.session.run, names, feeds)
            known.update(zip(names, made))
        timings = [{"tier": self.contract["tier"], "computeMs": 1000 * (time.perf_counter() - start)}]
        outputs = {tensor["name"]: known[tensor["name"]] for tensor in self.contract["answers"]}
        if self.contract["sends"]:
            wire = self.contract["sendsAs"]
            names = [tensor["name"] for tensor in self.contract["sends"]]
            encoded = {name: oip.encode_for_wire(known[name], wire) for name in names}
            more, above = await self.above.receive.remote(encoded, self.artifact)
            outputs.update(more)
            timings += above
        return outputs, timings

    def _checked(self, sent):
        wanted = {tensor["name"]: tensor for tensor in self.contract["receives"]}
        unknown = [name for name in sent if name not in wanted]
        if unknown:
            raise oip.Refusal(400, f'Tier {self.contract["tier"]} takes no input "{unknown[0]}".')
        known = {}
        for name, tensor in wanted.items():
            if name not in sent:
                raise oip.Refusal(400, f'Input "{name}" is missing.')
            array, scale = sent[name]
            shape = tensor["shape"]
            if shape is not None and not (
                len(shape) == array.ndim
                and all(isinstance(dim, str) or dim == size for dim, size in zip(shape, array.shape))
            ):
                raise oip.Refusal(400, f'Input "{name}" has shape {list(array.shape)}, not {shape}.')
            known[name] = oip.decode_from_wire(name, array, scale, tensor["dtype"])
        return known

    async def __call__(self, request):
        try:
            return await self._route(request)
        except oip.Refusal as refusal:
            return _json(refusal.status, {"error": refusal.message})

    async def _route(self, request):
        model = self.contract["model"]
        found = re.search(r"/v2(?:/.*)?$", request.scope["path"])
        path = "" if found is None else found.group().removesuffix("/")
        if path == "/v2/health/live":
            return _json(200, {"live": True})
        if path in ("/v2/health/ready", f"/v2/models/{model}/ready"):
            return _json(200, {"name": model, "ready": True})
        self._check_access(request.headers.get("authorization", ""))
        if path == "/v2":
            return _json(200, {"name": "dnnsplit-ray", "version": "1", "extensions": ["binary_tensor_data"]})
        if path == f"/v2/models/{model}":
            return _json(200, self._metadata())
        if path == f"/v2/models/{model}/infer" and request.method == "POST":
            return await self._infer(request)
        raise oip.Refusal(404, f"There is nothing at {path}. This application serves /v2/models/{model}/infer.")

    def _check_access(self, authorization):
        if self.token is None:
            return
        given = authorization.removeprefix("Bearer ").strip()
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise oip.Refusal(401, 'This application requires a token. Send "Authorization: Bearer ...".')

    def _metadata(self):
        def describe(tensor):
            shape = [-1 if isinstance(dim, str) else dim for dim in tensor["shape"] or []]
            datatype = oip.NAMES[oip.np.dtype(tensor["dtype"])]
            return {"name": tensor["name"], "datatype": datatype, "shape": shape}

        contract = self.contract
        return {
            "name": contract["model"],
            "versions": ["1"],
            "platform": "dnnsplit_ray",
            "inputs": [describe(tensor) for tensor in contract["receives"]],
            "outputs": [describe(tensor) for tensor in contract["answers"] + contract["answersAbove"]],
            "parameters": {ARTIFACT: self.artifact, "dnnsplit_tier": contract["tier"]},
        }

    async def _infer(self, request):
        asked, sent = oip.decode_request(
            await request.body(), request.headers.get("inference-header-content-length")
        )
        parameters = asked.get("parameters") or {}
        if parameters.get(ROUTE) is not None:
            raise oip.Refusal(409, "This application holds one cut; deploy all tiers from one export.")
        outputs, timings = await self.receive(sent, parameters.get(ARTIFACT))
        told = {ARTIFACT: self.artifact}
        if parameters.get(TIMING) is True:
            told[TIMING] = timings
        body, headers = oip.encode_response(self.contract["model"], asked, outputs, told)
        return Response(body, 200, headers)


def _session(path, exact):
    options = ort.SessionOptions()
    if exact:  # The bits of the whole model.
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
    wanted = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    providers = [each for each in wanted if each in ort.get_available_providers()]
    return ort.InferenceSession(str(path), options, providers=providers)


def _json(status, value):
    return Response(json.dumps(value), status, media_type="application/json")


def app(args):
    """Builds the application; serve.yaml has its arguments."""
    tiers = args["tiers"]
    above = None
    for name in reversed(tiers):
        token_file = args.get("token_file") if name == tiers[0] else None
        settings = {"exact": args.get("exact", False), "revision": args["revision"]}
        above = Tier.options(name=name).bind(name, above, token_file, **settings)
    return above
`;
