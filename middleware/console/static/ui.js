// The one place that knows which libraries draw the page.
import { Component, h, render } from "preact";
import htm from "htm";

export { Component, render };
export { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
export const html = htm.bind(h);
