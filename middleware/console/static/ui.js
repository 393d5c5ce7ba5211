// The one place that knows which libraries draw the page.
import { Component, h, render } from "preact";
import htm from "htm";

export { Component, render };
// Whoever is given the focus has it when the screen shows it: a later one would take it from where
// somebody types.
export { useLayoutEffect, useRef, useState } from "preact/hooks";
export const html = htm.bind(h);
