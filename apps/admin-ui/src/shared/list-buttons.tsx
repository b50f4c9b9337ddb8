import AddIcon from "@mui/icons-material/Add";
import RemoveIcon from "@mui/icons-material/Close";
import { Button, IconButton, type SxProps } from "@mui/material";

interface Props {
  label: string;
  disabled?: boolean;
  onClick: () => void;
}

/** Adds a row to a list that is being written. */
export const AddButton = ({ label, disabled = false, onClick }: Props) => (
  <Button size="small" startIcon={<AddIcon fontSize="small" />} disabled={disabled} onClick={onClick}>
    {label}
  </Button>
);

/** Takes one row out; the label names which. */
export const RemoveButton = ({ label, disabled = false, onClick, sx }: Props & { sx?: SxProps }) => (
  <IconButton size="small" aria-label={label} disabled={disabled} onClick={onClick} {...(sx && { sx })}>
    <RemoveIcon fontSize="small" />
  </IconButton>
);
