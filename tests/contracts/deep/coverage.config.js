// Instrumented code must not lie where the service and slither look for the real one.
import config from "../../../hardhat.config.js";

export default { ...config, paths: { artifacts: ".cache/coverage/artifacts", cache: ".cache/coverage/cache" } };
