// What a mutant changes: each operator looks at one node of the syntax tree and proposes edits ({at: [from, to), text}).
import { span } from "./sources.js";

// A boundary rather than the opposite: what notices the first notices the second.
const BINARY = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "==": "!=",
  "!=": "==",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "&": "|",
  "|": "&",
  "^": "&",
  "<<": ">>",
  ">>": "<<",
};
const ASSIGNMENT = { "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "&=": "|=", "<<=": ">>=", ">>=": "<<=" };
const YUL = { add: "sub", sub: "add", mul: "div", div: "mul", shl: "shr", shr: "shl", and: "or", or: "and", lt: "gt", gt: "lt", eq: "lt", mod: "div" };
const SENDER = "address(this)";

/** The edits that `node`, below the nodes `above`, gives rise to. `source` is the text of the file as a Buffer. */
export function edits(node, above, source) {
  const operator = OPERATORS[node.nodeType];
  return operator ? operator(node, above, source).map((edit) => ({ shown: node, ...edit })) : [];
}

const slice = (source, [from, to]) => source.subarray(from, to).toString();
const whole = (node, text) => ({ at: span(node), text });
/** A statement's span leaves out its semicolon; Yul has none. */
function remove(node, source) {
  const [from, to] = span(node);
  return { at: [from, node.nodeType.startsWith("Yul") ? to : source.indexOf(";", to) + 1], text: "{}" };
}

/** Replaces the sign that stands between two nodes. */
function between(left, right, sign, text, source) {
  const [from, to] = [span(left)[1], span(right)[0]];
  const at = from + Buffer.byteLength(slice(source, [from, to]).split(sign)[0]);
  return { at: [at, at + sign.length], text };
}

/** What is done always, and never. A refusal that is always made needs no test to be noticed. */
function condition({ condition: asked, trueBody, falseBody }) {
  const refuses = trueBody?.nodeType === "RevertStatement" && !falseBody;
  return (refuses ? ["false"] : ["true", "false"]).map((text) => ({ ...whole(asked, text), shown: asked }));
}
const inType = (above) => above.some(({ nodeType }) => nodeType === "ArrayTypeName");

const OPERATORS = {
  BinaryOperation({ leftExpression: left, rightExpression: right, operator }, _, source) {
    if (operator === "&&" || operator === "||") {
      // Leaving out one side shows whether each of many conditions is tested by itself.
      return [
        { at: [span(left)[0], span(right)[0]], text: "" },
        { at: [span(left)[1], span(right)[1]], text: "" },
      ];
    }
    const swapped = BINARY[operator];
    return swapped ? [between(left, right, operator, swapped, source)] : [];
  },
  Assignment({ leftHandSide: left, rightHandSide: right, operator }, _, source) {
    const swapped = ASSIGNMENT[operator];
    return swapped ? [between(left, right, operator, swapped, source)] : [];
  },
  UnaryOperation(node, _, source) {
    const { operator, subExpression } = node;
    if (operator === "!" || operator === "~") return [whole(node, slice(source, span(subExpression)))];
    if (operator !== "++" && operator !== "--") return [];
    const text = slice(source, span(node));
    return [whole(node, text.replace(operator, operator === "++" ? "--" : "++"))];
  },
  IfStatement: (node) => condition(node),
  Conditional: (node) => condition(node),
  ForStatement: ({ condition: asked }) => (asked ? [{ ...whole(asked, "false"), shown: asked }] : []),
  WhileStatement: ({ condition: asked }) => [{ ...whole(asked, "false"), shown: asked }],
  ExpressionStatement: (node, above, source) => (inLoopHead(node, above) ? [] : [remove(node, source)]),
  EmitStatement: (node, _, source) => [remove(node, source)],
  RevertStatement: (node, above, source) => (above.at(-1).nodeType === "IfStatement" ? [] : [remove(node, source)]),
  Return({ expression }) {
    if (!expression || expression.typeDescriptions.typeString !== "bool") return [];
    return [whole(expression, "true"), whole(expression, "false")];
  },
  ModifierInvocation: (node) => (node.kind === "modifierInvocation" ? [whole(node, "")] : []),
  MemberAccess(node, above) {
    const { expression, memberName } = node;
    return memberName === "sender" && expression.name === "msg" ? [{ ...whole(node, SENDER), shown: above.at(-1) }] : [];
  },
  Literal(node, above, source) {
    if (inType(above)) return [];
    const shown = above.at(-1);
    if (node.kind === "bool") return [{ ...whole(node, node.value === "true" ? "false" : "true"), shown }];
    if (node.kind !== "number" || node.typeDescriptions.typeString === "address") return [];
    return [{ ...whole(node, `(${slice(source, span(node))} + 1)`), shown }];
  },
  YulIf: ({ condition: asked }) => ["1", "0"].map((text) => ({ ...whole(asked, text), shown: asked })),
  YulForLoop: ({ condition: asked }) => [{ ...whole(asked, "0"), shown: asked }],
  YulExpressionStatement: (node, _, source) => [remove(node, source)],
  YulAssignment: (node, _, source) => [remove(node, source)],
  YulLiteral: (node, above) => [{ ...whole(node, `0x${(BigInt(node.value) + 1n).toString(16)}`), shown: above.at(-1) }],
  YulFunctionCall(node) {
    const swapped = YUL[node.functionName.name];
    return swapped ? [{ ...whole(node.functionName, swapped), shown: node }] : [];
  },
};

/** The step of a loop: without it the loop only ends when the gas does, which no test has to notice by itself. */
function inLoopHead(node, above) {
  const loop = above.at(-1);
  return loop.nodeType === "ForStatement" && (loop.loopExpression === node || loop.initializationExpression === node);
}
