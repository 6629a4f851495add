import "../style/tokens.css";
import "../style/page.css";
import "../style/parts.css";
import "../style/desk.css";
import { render } from "preact";
import { App } from "./app.tsx";

render(<App />, document.getElementById("app")!);
