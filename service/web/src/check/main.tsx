import "../style/tokens.css";
import "../style/page.css";
import "../style/parts.css";
import "../style/check.css";
import "../app/theme.ts";
import { render } from "preact";
import { CheckPage } from "./check-page.tsx";

render(<CheckPage />, document.getElementById("app")!);
