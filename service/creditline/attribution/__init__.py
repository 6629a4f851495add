"""From the bytes of a picture to a report of which registered works it draws on.

`pictures` reads hostile bytes (in the bounded child of `decoder`), `features` describes a picture once and for all,
`copies` tells copies of earlier works, `catalogue` searches the others of one training set, `evidence` locates and
measures support, `gate` decides what is payable, `shares` splits by the exact Shapley rule, and `report` is the
canonical document of it. `engine` runs them in this order and `worker` keeps an engine in a supervised process of its
own.

The room may touch cv2, faiss, onnxruntime, numpy and Pillow (and torch in `encoders/openclip`), one cache folder, and
processes that it starts. It knows no chain, no content store and no SQL. `report`, `shares`, `policy`, `training` and
`fingerprints` are pure Python, so that an auditor recomputes a report without any of those libraries; import the
module you need, this file imports none.
"""
