// The page begins here: the one-time code is taken out of the address before anything else is done.
import { render } from "preact";
import { App } from "./app";
import { WithAgent } from "./api/context";
import { InWords } from "./words/context";
import { takenCode } from "./screens";

const code = takenCode();

const place = document.getElementById("page");
if (place !== null)
    render(
        <InWords>
            <WithAgent>
                <App code={code} />
            </WithAgent>
        </InWords>,
        place,
    );
