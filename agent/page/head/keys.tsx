// The list of keys, and the switch for those that are a single letter.
import { Dialog } from "../parts/parts";
import { useWords } from "../words/context";

const kKeysShown = [
    ["N", "page.key_new"],
    ["/", "page.key_search"],
    ["S", "page.key_sign"],
    ["P", "page.key_print"],
    ["?", "page.key_help"],
    ["Ctrl+Enter", "page.key_save"],
    ["Ctrl+D", "page.key_again"],
    ["Esc", "page.key_leave"],
] as const;

export function Keys({
    close,
    on,
    turn,
}: {
    close: () => void;
    on: boolean;
    turn: (on: boolean) => void;
}) {
    const words = useWords();
    return (
        <Dialog title={words("page.keys")} close={close}>
            <table class="keys">
                <tbody>
                    {kKeysShown.map(([key, code]) => (
                        <tr key={key}>
                            <th scope="row">
                                <kbd>{key}</kbd>
                            </th>
                            <td>{words(code)}</td>
                        </tr>
                    ))}
                </tbody>
            </table>
            <label class="check">
                <input
                    type="checkbox"
                    checked={on}
                    onChange={event => turn(event.currentTarget.checked)}
                />
                {words("page.keys_on")}
            </label>
        </Dialog>
    );
}
